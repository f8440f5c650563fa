import type { HideSecrets } from '../lib/hide-secrets.ts'
import { cleanJson, cleanText, parseForeignJson, type JsonValue } from '../lib/json.ts'

/** Of an answer, in bytes; what comes after is not read. */
export const maxAnswerBytes = 256 * 1024
const maxErrorExcerpt = 4_096

/** The beginning of a body, and whether there was more. Stops the transfer at the limit. */
export async function readAnswer(body: AsyncIterable<Buffer>): Promise<{ bytes: Buffer; cut: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxAnswerBytes) break
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxAnswerBytes), cut: length > maxAnswerBytes }
}

/**
 * What the model is given: parsed JSON, else text; a note where the answer was cut or is not text. Secrets are hidden:
 * a server that echoes the request would otherwise hand its header values to the model.
 */
export function answerValue(
  answer: { bytes: Buffer; cut: boolean },
  contentType: string,
  hideSecrets: HideSecrets,
): JsonValue {
  const { bytes, cut } = answer
  if (bytes.length === 0) return null
  const decoded = decode(bytes, contentType, cut)
  if (decoded === null)
    return `[${cut ? 'more than ' : ''}${bytes.length} bytes of ${contentType || 'unknown type'}, not text]`
  const text = hideSecrets(decoded)
  if (cut) return `${cleanText(text)}\n[cut: the answer is longer than ${maxAnswerBytes} bytes]`
  const json = contentType === '' || /\bjson\b/i.test(contentType) ? parseForeignJson(text) : undefined
  return json === undefined ? cleanText(text) : cleanJson(json)
}

/** The same for an answer that reports a failure: short, because it is for orientation only. */
export function errorExcerpt(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= maxErrorExcerpt ? value : `${text.slice(0, maxErrorExcerpt)} [cut]`
}

function decode(bytes: Buffer, contentType: string, cut: boolean): string | null {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    // Streaming, so that a character that the limit cut in two is left out instead of refused.
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: cut })
  } catch {
    return null
  }
}
