import { invalidField } from '../errors.ts'
import { checkText } from './request-body.ts'

/** Parsing more takes a time that grows with their square: a body of them alone would hold up everybody for minutes. */
const mostParameters = 1_000

type Parameters = Record<string, string | string[]>

export function isUrlencoded(contentType: string | undefined): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')
}

/** The fields of an `application/x-www-form-urlencoded` body, as of a query. */
export function parseForm(bytes: Buffer): Parameters {
  return parseNamed(bytes.toString('utf8'), 'body')
}

/** The parameters of a query string: each a string, or an array when the name is repeated. */
export function parseQuery(query: string): Parameters {
  return parseNamed(query, 'query')
}

/** `whole`: what errors call all of it. */
function parseNamed(text: string, whole: string): Parameters {
  let separators = 0
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) separators += 1
  if (separators >= mostParameters)
    throw invalidField(whole, `must have at most ${mostParameters} parameters`)
  // Without a prototype: a parameter may be called `__proto__`.
  const parameters: Parameters = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const earlier = parameters[name]
    if (earlier === undefined) parameters[name] = value
    else parameters[name] = typeof earlier === 'string' ? [earlier, value] : [...earlier, value]
  }
  checkText(parameters, whole)
  return parameters
}
