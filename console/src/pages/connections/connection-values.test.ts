import { expect, test } from 'vitest'
import type { Connection } from '../../api/wire.ts'
import { fieldNames, newConnectionOf, patchOf, valuesOf } from './connection-values.ts'

const stored: Connection = {
  id: 'conn_1',
  name: 'Gateway',
  provider: 'openai',
  base_url: 'https://gateway.example/v1',
  source: 'stored',
  has_credential: true,
  credential_hint: '1234',
  headers: { 'X-Team': '***', 'X-Old': '***' },
  created_at: null,
  updated_at: null,
}

test('what was left alone is not sent', () => {
  expect(patchOf(valuesOf(stored, 'openai'), stored)).toEqual({})
})

test('a header that was taken out is removed, one that was left empty stays', () => {
  const values = valuesOf(stored, 'openai')
  const headers = [values.headers[0]!, { name: 'X-New', value: 'secret', stored: false }]
  expect(patchOf({ ...values, headers }, stored)).toEqual({
    headers: { 'X-Old': null, 'X-Team': '***', 'X-New': 'secret' },
  })
})

test('a secret is sent when it was typed, and taken away when that was asked', () => {
  const values = valuesOf(stored, 'openai')
  expect(patchOf({ ...values, credential: 'sk-new' }, stored)).toEqual({ credential: 'sk-new' })
  expect(patchOf({ ...values, removeCredential: true }, stored)).toEqual({ credential: null })
  expect(patchOf({ ...values, base_url: '' }, stored)).toEqual({ base_url: null })
})

test('a new connection sends all of it, without empty rows', () => {
  const values = { ...valuesOf(null, 'openai'), name: ' Mine ' }
  const headers = [{ name: '', value: '', stored: false }]
  expect(newConnectionOf({ ...values, headers })).toEqual({
    name: 'Mine',
    provider: 'openai',
    base_url: null,
    credential: null,
    headers: {},
  })
})

test('what is wrong with a header is shown in its row', () => {
  expect(fieldNames(valuesOf(stored, 'openai')).rename).toEqual({
    'headers.X-Team': 'headers.0.value',
    'headers.X-Old': 'headers.1.value',
  })
})
