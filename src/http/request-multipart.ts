import { hash } from 'node:crypto'
import { AppError, invalidField } from '../errors.ts'
import type { JsonObject } from '../lib/json.ts'
import { checkText } from './request-body.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** What stands in a `multipart/form-data` body, by the name of the field. */
export interface MultipartBody {
  fields: Record<string, string | UploadedFile>
  /** The same with the hash of the file instead of its bytes: equal for requests that say the same. */
  digest: JsonObject
}

export function isMultipart(contentType: string | undefined): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(contentType ?? '')
}

/** Why a body could not be taken apart, as far as its text tells. */
function mistake(bytes: Buffer, contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) return 'the Content-Type names no boundary'
  if (!bytes.includes(`--${boundary}`)) return 'the boundary that the Content-Type names is not in it'
  if (!bytes.includes(`--${boundary}--`)) return 'it ends before the closing boundary'
  return 'each part needs a line "Content-Disposition: form-data; name=…", an empty line and its content'
}

async function parse(bytes: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
  } catch (cause) {
    const message = `is not valid multipart/form-data: ${mistake(bytes, contentType)}`
    throw new AppError('invalid_request', {
      detail: `The body ${message}.`,
      fields: [{ field: 'body', message }],
      cause,
    })
  }
}

/** The fields of a multipart body: text, and at most one file. Throws `invalid_request` or `nul_character`. */
export async function parseMultipart(bytes: Buffer, contentType: string): Promise<MultipartBody> {
  // Without a prototype: a field may be called `__proto__`.
  const fields: MultipartBody['fields'] = Object.create(null)
  const digest: JsonObject = Object.create(null)
  let fileField: string | null = null
  for (const [name, value] of await parse(bytes, contentType)) {
    if (name in fields) throw invalidField(name, 'must be given once')
    if (typeof value === 'string') {
      fields[name] = value
      digest[name] = value
      continue
    }
    if (fileField !== null) throw invalidField(name, `must not be a second file; "${fileField}" is the first`)
    fileField = name
    const content = new Uint8Array(await value.arrayBuffer())
    const { name: fileName, type } = value
    fields[name] = { name: fileName, mediaType: type || 'application/octet-stream', bytes: content }
    digest[name] = { name: fileName, type, sha256: hash('sha256', content, 'hex') }
  }
  checkText(digest, 'body')
  return { fields, digest }
}
