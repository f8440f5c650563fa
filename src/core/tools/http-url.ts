import { placeOf } from '../../lib/url-place.ts'

/** A URL that begins with this is answered inside the process, by the example shop. */
export const examplesPrefix = '/examples/'

const placeholderForm = /\{([^{}]*)\}/g
const placeholderName = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/
const maxUrl = 4_096
/** Stands in for placeholders while a template is looked at as a URL; a host cannot hold it, a path can. */
const stand = '~x~'

/** The names in a URL template, each once, in order. */
export function placeholders(url: string): string[] {
  return [...new Set([...url.matchAll(placeholderForm)].map((match) => match[1] ?? ''))]
}

/** Why a URL template cannot be used, or null. Placeholders may stand in the path and in the query only. */
export function urlProblem(template: string): string | null {
  if (template.length > maxUrl) return `use at most ${maxUrl} characters`
  const bad = placeholders(template).find((name) => !placeholderName.test(name))
  if (bad !== undefined) return `{${bad}} is not a placeholder name`
  const filled = template.replaceAll(placeholderForm, stand)
  if (/[{}]/.test(filled)) return 'has a brace without its partner'
  if (/\s|\\/.test(filled)) return 'has a space or a backslash'
  if (template.startsWith(examplesPrefix)) return null
  const origin = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]*/.exec(filled)?.[0] ?? ''
  if (!/^https?:\/\//i.test(origin)) return `must begin with https://, http:// or ${examplesPrefix}`
  if (origin.includes(stand)) return 'a placeholder cannot decide which host is called'
  if (filled.includes('#')) return 'has a fragment, which is never sent'
  if (!URL.canParse(filled)) return 'is not a URL'
  const url = new URL(filled)
  if (url.username !== '' || url.password !== '')
    return 'put credentials into headers, where they are kept sealed'
  return null
}

/** Where a call goes, placeholders included, or the example shop. Null when the template is not a URL. */
export function targetOf(template: string): string | null {
  if (template.startsWith(examplesPrefix)) return examplesPrefix
  return placeOf(template.replaceAll(placeholderForm, stand))
}

/** The part of a target that no argument decides: everything before the first segment that has a placeholder. */
export function fixedTargetOf(template: string): string | null {
  const target = targetOf(template)
  const decided = target?.indexOf(stand) ?? -1
  return target === null || decided < 0 ? target : target.slice(0, target.lastIndexOf('/', decided))
}

/**
 * The template filled with encoded values. A value stays within the path segment or the query value it stands in: it
 * cannot add a segment, leave the directory, begin a query or change the host. Returns an error sentence for a value
 * that could not stay (`.`, `..`, empty).
 */
export function fillUrl(
  template: string,
  value: (name: string) => string,
): { url: string } | { problem: string } {
  const question = template.indexOf('?')
  const path = question < 0 ? template : template.slice(0, question)
  const filledPath = path
    .split('/')
    .map((segment) => ({ segment, filled: fill(segment, value) }))
    .map((part) => (part.filled === part.segment || isSafeSegment(part.filled) ? part.filled : null))
  const refused = filledPath.indexOf(null)
  if (refused >= 0) {
    const [name] = placeholders(path.split('/')[refused] ?? '')
    return { problem: `${name}: this value cannot stand in a path` }
  }
  const query = question < 0 ? '' : fill(template.slice(question), value)
  return { url: filledPath.join('/') + query }
}

function fill(text: string, value: (name: string) => string): string {
  return text.replaceAll(placeholderForm, (_, name: string) => encode(value(name)))
}

/** encodeURIComponent, and the characters it leaves although some servers read them as more than text. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}

function isSafeSegment(segment: string): boolean {
  if (segment === '') return false
  return !/^(\.|%2e){1,2}$/i.test(segment)
}
