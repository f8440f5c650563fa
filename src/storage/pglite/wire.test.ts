import { expect, test } from 'vitest'
import { decodeReply, encodeExtended, encodeSimple } from './wire.ts'

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** A backend message: its letter and its body, the length in between. */
function message(letter: string, ...body: (string | number[])[]): Buffer {
  const content = Buffer.concat(
    body.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  )
  const length = Buffer.alloc(4)
  length.writeInt32BE(content.length + 4)
  return Buffer.concat([Buffer.from(letter), length, content])
}

const ready = (status: 'I' | 'T' | 'E') => message('Z', status)

test('a simple query is one message that ends in NUL', () => {
  expect(text(encodeSimple('select 1'))).toBe('Q\0\0\0\rselect 1\0')
})

test('the length of a text counts bytes, not characters', () => {
  expect(text(encodeSimple('é'))).toBe('Q\0\0\0\x07\xc3\xa9\0')
})

test('a statement that is not prepared yet is parsed, bound, described and executed in one buffer', () => {
  const bytes = encodeExtended({ statement: 's1', text: 'select $1', values: ['ab'], describe: true })
  expect(text(bytes)).toBe(
    'P\0\0\0\x13s1\0select $1\0\0\0' +
      'B\0\0\0\x14\0s1\0\0\0\0\x01\0\0\0\x02ab\0\0' +
      'D\0\0\0\x06P\0' +
      'E\0\0\0\x09\0\0\0\0\0' +
      'S\0\0\0\x04',
  )
})

test('a prepared statement is bound and executed only', () => {
  const bytes = encodeExtended({ statement: 's1', text: null, values: [null, ''], describe: false })
  expect(text(bytes)).toBe(
    'B\0\0\0\x16\0s1\0\0\0\0\x02\xff\xff\xff\xff\0\0\0\0\0\0E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04',
  )
})

test('bytes among the values travel as binary, the others as text', () => {
  const bytes = encodeExtended({
    statement: '',
    text: null,
    values: ['a', new Uint8Array([1])],
    describe: false,
  })
  expect(text(bytes).slice(0, 27)).toBe('B\0\0\0\x1a\0\0\0\x02\0\0\0\x01\0\x02\0\0\0\x01a\0\0\0\x01\x01\0\0')
})

test('several results, notifications and the open transaction are read from one reply', () => {
  const reply = decodeReply(
    Buffer.concat([
      message('C', 'BEGIN\0'),
      message('T', [0, 1], 'n\0', [0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 4, 0, 0, 0, 0, 0, 0]),
      message('D', [0, 1, 0, 0, 0, 2], '42'),
      message('D', [0, 1, 255, 255, 255, 255]),
      message('C', 'SELECT 2\0'),
      message('A', [0, 0, 0, 1], 'runs\0id\0'),
      message('C', 'INSERT 0 3\0'),
      ready('T'),
    ]),
  )
  expect(reply.results).toEqual([
    { command: 'BEGIN', rowCount: null, rows: [], fields: [] },
    {
      command: 'SELECT',
      rowCount: 2,
      rows: [{ n: 42 }, { n: null }],
      fields: [{ name: 'n', dataTypeID: 23 }],
    },
    { command: 'INSERT', rowCount: 3, rows: [], fields: [] },
  ])
  expect(reply.notifications).toEqual([{ channel: 'runs', payload: 'id' }])
  expect(reply.status).toBe('T')
})

test('rows of a statement described earlier are read with the columns of then', () => {
  const reply = decodeReply(
    Buffer.concat([message('D', [0, 1, 0, 0, 0, 1], '7'), message('C', 'SELECT 1\0'), ready('I')]),
    {
      fields: [{ name: 'big', dataTypeID: 20 }],
    },
  )
  expect(reply.results[0]?.rows).toEqual([{ big: '7' }])
})

test('the first error is kept with its code, detail and constraint', () => {
  const first = message(
    'E',
    'SERROR\0VERROR\0C23505\0Mduplicate key\0DKey (id)=(1) already exists.\0nagents_slug\0\0',
  )
  const second = message('E', 'SERROR\0C42P01\0Mno table\0\0')
  const { error, status } = decodeReply(Buffer.concat([first, second, ready('E')]))
  expect(error).toMatchObject({
    message: 'duplicate key',
    code: '23505',
    detail: 'Key (id)=(1) already exists.',
    constraint: 'agents_slug',
    severity: 'ERROR',
  })
  expect(status).toBe('E')
})

test('a message that the session cannot have asked for is an error, not skipped', () => {
  expect(() => decodeReply(message('G', [0]))).toThrow('unexpected message (0x47)')
})
