import type { FieldError } from '../../errors.ts'
import { isWithin } from '../../lib/url-place.ts'
import { mask } from '../tools/tool-secrets.ts'
import type { ConnectionContent } from './connection-rules.ts'

/** Absent: as it is. `***` as the credential or as a header's value: the stored one. */
export interface ConnectionChange {
  name?: string
  provider?: string
  baseUrl?: string | null
  credential?: string | null
  headers?: Record<string, string>
}

/** There is nothing stored that a mask in a new connection could stand for. */
export function maskProblems({ credential, headers }: ConnectionContent): FieldError[] {
  const message = 'there is no stored value to keep; send the value itself'
  const fields = Object.keys(headers).filter((name) => headers[name] === mask)
  return [...(credential === mask ? ['credential'] : []), ...fields.map((name) => `headers.${name}`)].map(
    (field) => {
      return { field, message }
    },
  )
}

/**
 * Stored secrets follow a connection to what lies below its address and nowhere else: whoever changes the address knows
 * them, or sends new ones.
 */
export function changed(
  before: ConnectionContent,
  change: ConnectionChange,
  stored: { addressOf: (content: ConnectionContent) => string | null; isLost: boolean },
): { content: ConnectionContent; problems: FieldError[] } {
  const problems: FieldError[] = []
  const content: ConnectionContent = {
    name: change.name ?? before.name,
    provider: change.provider ?? before.provider,
    baseUrl: change.baseUrl === undefined ? before.baseUrl : change.baseUrl,
    credential: change.credential === undefined ? before.credential : change.credential,
    headers: change.headers ?? before.headers,
  }
  const [address, addressBefore] = [stored.addressOf(content), stored.addressOf(before)]
  const moved = address !== addressBefore && !isWithin(address, addressBefore)
  const keep = (field: string, value: string | undefined | null): string => {
    if (value === undefined || value === null) {
      problems.push({ field, message: 'there is no stored value to keep; send the value itself' })
    } else if (stored.isLost)
      problems.push({ field, message: 'the stored value was sealed with another secret key; send it again' })
    else if (moved)
      problems.push({ field, message: 'the connection now leads to another address; send it again' })
    return value ?? ''
  }
  if (change.credential === mask || (change.credential === undefined && before.credential !== null)) {
    content.credential = keep('credential', before.credential)
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(content.headers)) {
    const isKept = change.headers === undefined || value === mask
    headers[name] = isKept ? keep(`headers.${name}`, storedHeader(before, name)) : value
  }
  return { content: { ...content, headers }, problems }
}

function storedHeader({ headers }: ConnectionContent, name: string): string | undefined {
  return Object.entries(headers).find(([stored]) => stored.toLowerCase() === name.toLowerCase())?.[1]
}
