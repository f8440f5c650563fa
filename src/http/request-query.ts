import { checkText } from './request-body.ts'

/** The parameters of a query string: each a string, or an array when the name is repeated. */
export function parseQuery(query: string): Record<string, string | string[]> {
  // Without a prototype: a parameter may be called `__proto__`.
  const parameters: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = parameters[name]
    if (earlier === undefined) parameters[name] = value
    else parameters[name] = typeof earlier === 'string' ? [earlier, value] : [...earlier, value]
  }
  checkText(parameters, 'query')
  return parameters
}
