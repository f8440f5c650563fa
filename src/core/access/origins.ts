import { AppError, type FieldError } from '../../errors.ts'
import type { Principal } from './principal.ts'

/** More sites than these have keys of their own. */
const mostSites = 100
const siteForm = /^(?:(https?):\/\/)?([^/?#@\s]{1,255}?)(?::(\d{1,5}))?\/?$/i
const hostForm = /^(?:[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/

/** What an operator lists: null stands for any. */
interface Site {
  scheme: string | null
  host: string
  port: number | null
}

function parseSite(text: string): Site | null {
  const [, scheme, name = '', port] = siteForm.exec(text) ?? []
  // As browsers write it: lower case, international names in ASCII.
  const host = URL.parse(`http://${name}/`)?.hostname ?? ''
  if (!hostForm.test(host) || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return null
  return { scheme: scheme?.toLowerCase() ?? null, host, port: port === undefined ? null : Number(port) }
}

function printSite({ scheme, host, port }: Site): string {
  return `${scheme === null ? '' : `${scheme}://`}${host}${port === null ? '' : `:${port}`}`
}

/**
 * The sites whose pages may use a key, in the form they are kept in: `example.org`, which stands for its subdomains,
 * every port and both schemes too, or as narrow as `https://shop.example.org:8443`.
 */
export function readSites(texts: readonly string[]): { sites: string[]; problems: FieldError[] } {
  const field = 'allowed_origins'
  if (texts.length === 0 || texts.length > mostSites)
    return { sites: [], problems: [{ field, message: `name 1 to ${mostSites} sites` }] }
  const sites = new Set<string>()
  const problems: FieldError[] = []
  texts.forEach((text, index) => {
    const site = parseSite(text.trim())
    if (site) sites.add(printSite(site))
    else {
      const message = 'write a site as example.org or https://example.org; subdomains are included'
      problems.push({ field: `${field}[${index}]`, message })
    }
  })
  return { sites: [...sites], problems }
}

function covers(site: Site, { protocol, hostname, port }: URL): boolean {
  const effectivePort = Number(port || (protocol === 'https:' ? 443 : 80))
  if (site.scheme !== null && `${site.scheme}:` !== protocol) return false
  if (site.port !== null && site.port !== effectivePort) return false
  // A name of one label is no domain: its subdomains may be everybody's.
  return hostname === site.host || (site.host.includes('.') && hostname.endsWith(`.${site.host}`))
}

/** Whoever writes pages tries them out there; nobody else can serve one at that name. */
function isOwnMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost')
}

/** `origin` as browsers send it. One that is opaque (`null`) or of something that is no site is never allowed. */
export function originAllowed(sites: readonly string[], origin: string): boolean {
  const url = URL.parse(origin)
  if (url === null || url.origin !== origin || !/^https?:$/.test(url.protocol)) return false
  return isOwnMachine(url) || sites.some((text) => covers(parseSite(text) as Site, url)) // only `readSites` made it
}

/**
 * Refuses pages of other sites: `origin_not_allowed`. Of a key that is secret, everything passes. It keeps honest
 * browsers honest: a program can send any `Origin`.
 */
export function requireAllowedOrigin(
  { allowedOrigins }: Pick<Principal, 'allowedOrigins'>,
  origin: string | undefined,
): void {
  if (allowedOrigins === undefined) return
  if (origin === undefined) {
    throw new AppError('origin_not_allowed', {
      detail: 'This key is for pages in a browser, which say in the header Origin where they are from.',
    })
  }
  if (originAllowed(allowedOrigins, origin)) return
  const detail = `Pages of ${origin.slice(0, 300)} may not use this key.`
  const cause = `${detail} It allows ${allowedOrigins.join(', ')}.`
  throw new AppError('origin_not_allowed', { detail, cause })
}
