import { fillUrl, placeholders } from '../core/tools/http-url.ts'
import type { HttpTool } from '../core/tools/tool.ts'
import type { JsonObject, JsonValue } from '../lib/json.ts'

/** The request that a call of an http tool makes. `url` is absolute, or a path below `/examples/`. */
export interface HttpToolRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
}

/** The key goes last, so that nothing in the definition can replace it. */
export function toolHeaders(tool: HttpTool, effectId: string, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json, text/*;q=0.9, */*;q=0.1',
    'user-agent': 'parley',
  }
  if (hasBody) headers['content-type'] = 'application/json'
  for (const [name, value] of Object.entries(tool.headers)) headers[name.toLowerCase()] = value
  headers['idempotency-key'] = effectId
  return headers
}

/**
 * What to send, or a sentence for the model about an argument that cannot be sent. Arguments that the URL does not name
 * go into the query (GET, DELETE) or the JSON body.
 */
export function httpToolRequest(
  tool: HttpTool,
  args: JsonObject,
  effectId: string,
): HttpToolRequest | { problem: string } {
  const named = placeholders(tool.url)
  for (const name of named) {
    const problem = unusable(name, args[name])
    if (problem !== null) return { problem }
  }
  const filled = fillUrl(tool.url, (name) => String(args[name]))
  if ('problem' in filled) return filled
  const rest = Object.entries(args).filter(([name]) => !named.includes(name))
  const { method } = tool
  if (method === 'GET' || method === 'DELETE') {
    return { method, url: withQuery(filled.url, rest), headers: toolHeaders(tool, effectId, false) }
  }
  const body = JSON.stringify(Object.fromEntries(rest))
  return { method, url: filled.url, headers: toolHeaders(tool, effectId, true), body }
}

function unusable(name: string, value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return `${name}: is required, the address is made of it`
  if (typeof value === 'object')
    return `${name}: must be a text, a number or true/false, the address is made of it`
  return null
}

/** Lists repeat the name, objects go as JSON, null means absent. */
function withQuery(url: string, args: [string, JsonValue][]): string {
  const query = new URLSearchParams()
  for (const [name, value] of args) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null) query.append(name, typeof item === 'object' ? JSON.stringify(item) : String(item))
    }
  }
  const text = query.toString()
  if (text === '') return url
  return url + (url.includes('?') ? '&' : '?') + text
}
