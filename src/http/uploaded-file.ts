import { z } from 'zod'

/** A file that came as a part of a `multipart/form-data` body. */
export interface UploadedFile {
  /** As the client named it; it may be empty, and is never a path to use. */
  name: string
  /** What the client said of it; `application/octet-stream` when it said nothing. */
  mediaType: string
  bytes: Uint8Array
}

/** For the field of a body schema that holds a file. In the description of the API it is binary text. */
export const uploadedFileSchema = z
  .custom<UploadedFile>(
    (value) =>
      typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array,
    'must be a file',
  )
  .meta({ type: 'string', format: 'binary' })
