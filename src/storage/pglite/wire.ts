import { DatabaseError, types } from 'pg'

/**
 * The part of the PostgreSQL wire protocol (version 3) that one session needs: requests in one buffer that ends with
 * Sync or is a simple query, and replies up to ReadyForQuery. Pure; every value travels as text.
 */

/** A parameter in its wire form: text, bytes of a `bytea`, or NULL. */
export type WireValue = string | Uint8Array | null

export interface WireField {
  name: string
  dataTypeID: number
}

export interface WireResult {
  command: string
  rowCount: number | null
  rows: unknown[]
  fields: WireField[]
}

export interface WireReply {
  /** One per statement: a simple query may hold several. */
  results: WireResult[]
  /** The first error of the batch; what follows it was skipped by the server. */
  error: DatabaseError | null
  notifications: { channel: string; payload: string }[]
  notices: string[]
  /** Whether a Parse in the batch succeeded. */
  parsed: boolean
  /** I: no transaction is open; T: one is open; E: one is open and has failed. */
  status: 'I' | 'T' | 'E'
}

/** A simple query: any number of statements, no parameters. */
export function encodeSimple(text: string): Uint8Array {
  const length = Buffer.byteLength(text)
  const buffer = Buffer.allocUnsafeSlow(length + 6)
  buffer[0] = 0x51
  buffer.writeInt32BE(length + 5, 1)
  buffer.write(text, 5)
  buffer[length + 5] = 0
  return buffer
}

/**
 * Parse (when `text` is given), Bind, Describe (when asked), Execute, Sync.
 *
 * `statement` is the prepared statement's name, empty for the unnamed one.
 */
export function encodeExtended(request: {
  statement: string
  text: string | null
  values: readonly WireValue[]
  describe: boolean
}): Uint8Array {
  const { statement, text, values, describe } = request
  const name = Buffer.byteLength(statement)
  const textLength = text === null ? 0 : Buffer.byteLength(text)
  const parse = text === null ? 0 : 1 + 4 + name + 1 + textLength + 1 + 2
  const lengths = values.map(valueLength)
  const bind = 1 + 4 + 1 + name + 1 + 2 + formatCodes(values) * 2 + 2 + sum(lengths) + values.length * 4 + 2
  const total = parse + bind + (describe ? 7 : 0) + 10 + 5
  const buffer = Buffer.allocUnsafeSlow(total)
  let at = 0

  if (text !== null) {
    buffer[at] = 0x50
    buffer.writeInt32BE(parse - 1, at + 1)
    at = zeroTerminated(buffer, statement, at + 5)
    at = zeroTerminated(buffer, text, at)
    at = buffer.writeInt16BE(0, at)
  }
  buffer[at] = 0x42
  buffer.writeInt32BE(bind - 1, at + 1)
  buffer[at + 5] = 0
  at = zeroTerminated(buffer, statement, at + 6)
  at = writeFormatCodes(buffer, values, at)
  at = buffer.writeInt16BE(values.length, at)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    const length = lengths[i] ?? 0
    at = buffer.writeInt32BE(value === null ? -1 : length, at)
    if (typeof value === 'string') at += buffer.write(value, at)
    else if (value !== null) {
      buffer.set(value, at)
      at += length
    }
  }
  at = buffer.writeInt16BE(0, at)
  // An empty portal name and no row limit.
  if (describe) at += buffer.write('D\0\0\0\x06P\0', at, 'latin1')
  at += buffer.write('E\0\0\0\x09\0\0\0\0\0', at, 'latin1')
  buffer.write('S\0\0\0\x04', at, 'latin1')
  return buffer
}

function valueLength(value: WireValue): number {
  if (value === null) return 0
  return typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength
}

function sum(numbers: number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}

/** Zero codes mean that all values are text; with bytes among them every value has its own. */
function formatCodes(values: readonly WireValue[]): number {
  return values.some((value) => value !== null && typeof value !== 'string') ? values.length : 0
}

function writeFormatCodes(buffer: Buffer, values: readonly WireValue[], start: number): number {
  const count = formatCodes(values)
  let at = buffer.writeInt16BE(count, start)
  if (count === 0) return at
  for (const value of values)
    at = buffer.writeInt16BE(value === null || typeof value === 'string' ? 0 : 1, at)
  return at
}

function zeroTerminated(buffer: Buffer, text: string, at: number): number {
  const end = at + buffer.write(text, at)
  buffer[end] = 0
  return end + 1
}

type Parser = (text: string) => unknown
// As pg's types have it, only the built-in types have numbers, and a parser of text takes `any`.
const parserOf = types.getTypeParser as (dataTypeID: number) => Parser

/** How the rows of one result become values: what node-postgres would give for the same columns. */
interface RowShape {
  fields: WireField[]
  parsers: Parser[]
  empty: Record<string, unknown>
}

function shapeOf(fields: WireField[]): RowShape {
  const empty: Record<string, unknown> = {}
  for (const field of fields) empty[field.name] = null
  const parsers = fields.map((field) => parserOf(field.dataTypeID))
  return { fields, parsers, empty }
}

/**
 * Reads one whole reply.
 *
 * `fields` are the columns known from an earlier reply of the same prepared statement, when Describe was left out.
 * `rowMode` 'array' gives rows as arrays of values. Throws on a message that this session cannot have asked for.
 */
export function decodeReply(
  bytes: Uint8Array,
  options: { fields?: WireField[]; rowMode?: 'array' | 'object' } = {},
): WireReply {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reply: WireReply = {
    results: [],
    error: null,
    notifications: [],
    notices: [],
    parsed: false,
    status: 'I',
  }
  const asArray = options.rowMode === 'array'
  let shape = shapeOf(options.fields ?? [])
  let rows: unknown[] = []
  let at = 0
  while (at < buffer.length) {
    const kind = buffer[at]
    const start = at + 5
    const end = at + 1 + buffer.readInt32BE(at + 1)
    switch (kind) {
      case 0x44: // DataRow
        rows.push(asArray ? readArrayRow(buffer, start, shape) : readRow(buffer, start, shape))
        break
      case 0x54: // RowDescription
        shape = shapeOf(readFields(buffer, start))
        break
      case 0x43: // CommandComplete
        reply.results.push(completed(buffer.toString('utf8', start, end - 1), rows, shape.fields))
        rows = []
        if (options.fields === undefined) shape = shapeOf([])
        break
      case 0x49: // EmptyQueryResponse
        reply.results.push({ command: '', rowCount: null, rows: [], fields: [] })
        break
      case 0x45: // ErrorResponse
        reply.error ??= readError(buffer, start, end)
        break
      case 0x4e: // NoticeResponse
        reply.notices.push(readError(buffer, start, end).message)
        break
      case 0x41: // NotificationResponse
        reply.notifications.push(readNotification(buffer, start))
        break
      case 0x31: // ParseComplete
        reply.parsed = true
        break
      case 0x5a: // ReadyForQuery
        reply.status = readStatus(buffer[start])
        break
      case 0x32: // BindComplete
      case 0x33: // CloseComplete
      case 0x6e: // NoData
      case 0x74: // ParameterDescription
      case 0x53: // ParameterStatus
        break
      default:
        throw new Error(`The embedded database sent an unexpected message (0x${kind?.toString(16)}).`)
    }
    at = end
  }
  return reply
}

function readStatus(byte: number | undefined): 'I' | 'T' | 'E' {
  if (byte === 0x54) return 'T'
  return byte === 0x45 ? 'E' : 'I'
}

function readFields(buffer: Buffer, start: number): WireField[] {
  const count = buffer.readInt16BE(start)
  const fields: WireField[] = []
  let at = start + 2
  for (let i = 0; i < count; i++) {
    const end = buffer.indexOf(0, at)
    // After the name: table (4), column (2), type (4), type size (2), type modifier (4), format (2).
    fields.push({ name: buffer.toString('utf8', at, end), dataTypeID: buffer.readUInt32BE(end + 7) })
    at = end + 19
  }
  return fields
}

function readRow(buffer: Buffer, start: number, shape: RowShape): Record<string, unknown> {
  const { fields, parsers } = shape
  const row = { ...shape.empty }
  let at = start + 2
  for (let i = 0; i < fields.length; i++) {
    const length = buffer.readInt32BE(at)
    at += 4
    if (length < 0) {
      row[fields[i]!.name] = null
      continue
    }
    row[fields[i]!.name] = parsers[i]!(buffer.toString('utf8', at, at + length))
    at += length
  }
  return row
}

function readArrayRow(buffer: Buffer, start: number, shape: RowShape): unknown[] {
  let at = start + 2
  return shape.parsers.map((parse) => {
    const length = buffer.readInt32BE(at)
    at += 4
    if (length < 0) return null
    at += length
    return parse(buffer.toString('utf8', at - length, at))
  })
}

const tagForm = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/

/** `INSERT 0 3`, `SELECT 2`, `BEGIN`: the command and how many rows it touched. */
function completed(tag: string, rows: unknown[], fields: WireField[]): WireResult {
  const match = tagForm.exec(tag)
  const count = match?.[3] ?? match?.[2]
  return { command: match?.[1] ?? tag, rowCount: count === undefined ? null : Number(count), rows, fields }
}

function readNotification(buffer: Buffer, start: number): { channel: string; payload: string } {
  const channelEnd = buffer.indexOf(0, start + 4)
  const payloadEnd = buffer.indexOf(0, channelEnd + 1)
  return {
    channel: buffer.toString('utf8', start + 4, channelEnd),
    payload: buffer.toString('utf8', channelEnd + 1, payloadEnd),
  }
}

const errorParts = new Map([
  ['S', 'severity'],
  ['C', 'code'],
  ['D', 'detail'],
  ['H', 'hint'],
  ['P', 'position'],
  ['p', 'internalPosition'],
  ['q', 'internalQuery'],
  ['W', 'where'],
  ['s', 'schema'],
  ['t', 'table'],
  ['c', 'column'],
  ['d', 'dataType'],
  ['n', 'constraint'],
  ['F', 'file'],
  ['L', 'line'],
  ['R', 'routine'],
] as const)

function readError(buffer: Buffer, start: number, end: number): DatabaseError {
  const parts = new Map<string, string>()
  let at = start
  while (at < end && buffer[at] !== 0) {
    const partEnd = buffer.indexOf(0, at + 1)
    parts.set(String.fromCharCode(buffer[at] ?? 0), buffer.toString('utf8', at + 1, partEnd))
    at = partEnd + 1
  }
  const error = new DatabaseError(parts.get('M') ?? 'The database reported an error.', end - start, 'error')
  for (const [letter, property] of errorParts) error[property] = parts.get(letter)
  return error
}
