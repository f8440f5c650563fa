import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { extname, join } from 'node:path'
import { acceptsGzip } from './compress.ts'

/** A file of a site, or the page that stands for a path inside it. */
export interface StaticReply {
  status: number
  body: Buffer | null
  headers: Record<string, string>
}

/** A built single-page app below one path segment of the server. */
export interface StaticSite {
  /** First path segment: `console` for `/console/…`. */
  readonly segment: string
  /** Whether there is anything to serve. */
  readonly built: boolean
  /** `path` begins with a slash and the segment. What is no file is the app's own page: it has its routes itself. */
  answer(path: string, headers: IncomingHttpHeaders): StaticReply
}

interface StoredFile {
  bytes: Buffer
  /** The same bytes, gzipped; null: not worth it. */
  gzip: Buffer | null
  type: string
  /** Weak: the file and its gzip are the same thing, not the same bytes. */
  etag: string
  /** Its name changes with its content. */
  immutable: boolean
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}

/** Only what the server itself serves may run, style, show or be called; nobody may frame it. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const guards = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

/** What is shown when nobody has built the app. */
const unbuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The console is not built</title>
<h1>The console is not built</h1>
<p>The server runs and its API works; only the web console is missing. Build it with <code>npm run console:build</code>
in the folder of the server, then start the server again.</p>
</html>
`

function readFiles(directory: string): Map<string, StoredFile> {
  const files = new Map<string, StoredFile>()
  const names = readNames(directory)
  const known = new Set(names)
  for (const name of names) {
    if (name.endsWith('.gz') && known.has(name.slice(0, -3))) continue
    const bytes = readFileSync(join(directory, name))
    files.set(name, {
      bytes,
      gzip: known.has(`${name}.gz`) ? readFileSync(join(directory, `${name}.gz`)) : null,
      type: types[extname(name)] ?? 'application/octet-stream',
      etag: `W/"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`,
      immutable: name.startsWith('assets/'),
    })
  }
  return files
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length).replaceAll('\\', '/'))
      .map((name) => name.replace(/^\/+/, ''))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function opaque(etag: string): string {
  return etag.trim().replace(/^W\//, '')
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((one) => opaque(one) === opaque(etag)) ?? false
}

/**
 * Serves a built app from memory: it is read once, gzip was done by its build. Files below `assets/` have their content
 * in their name and are kept by browsers for a year; the page is asked for again every time.
 */
export function openStaticSite(options: { segment: string; directory: string }): StaticSite {
  const files = readFiles(options.directory)
  const page = files.get('index.html')

  function send(file: StoredFile, headers: IncomingHttpHeaders): StaticReply {
    const caching = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
    const common = { ...guards, 'cache-control': caching, etag: file.etag, vary: 'Accept-Encoding' }
    if (matches(headers['if-none-match'], file.etag)) return { status: 304, body: null, headers: common }
    const gzipped = file.gzip !== null && acceptsGzip(headers['accept-encoding'])
    return {
      status: 200,
      body: gzipped ? file.gzip : file.bytes,
      headers: { ...common, 'content-type': file.type, ...(gzipped && { 'content-encoding': 'gzip' }) },
    }
  }

  return {
    segment: options.segment,
    built: page !== undefined,
    answer(path, headers) {
      const html = { ...guards, 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' }
      if (page === undefined) return { status: 503, body: Buffer.from(unbuiltPage), headers: html }
      const name = path.slice(options.segment.length + 1).replace(/^\/+/, '')
      const file = files.get(name)
      if (file !== undefined) return send(file, headers)
      // A file of another build must not become a page: the browser would take it for a script.
      if (name.startsWith('assets/')) {
        const body = Buffer.from('There is no such file in this build of the console.\n')
        return { status: 404, body, headers: { ...html, 'content-type': 'text/plain; charset=utf-8' } }
      }
      return send(page, headers)
    },
  }
}
