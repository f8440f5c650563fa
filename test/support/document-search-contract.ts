import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/storage/database.ts'
import { knowledgeServices, type Knowledge } from './knowledge.ts'

/** What a search of documents finds, on any database: full text search is the database's own work. */
export function documentSearchContract(name: string, open: () => Promise<Database>): void {
  describe(`searching documents on ${name}`, () => {
    let database: Database
    let knowledge: Knowledge
    let agentId: string

    beforeAll(async () => {
      database = await open()
      knowledge = await knowledgeServices(database)
      agentId = await knowledge.agent()
      const texts: Record<string, string> = {
        Refunds: 'Refunds are paid within 30 days. Ask the desk for the form.',
        Shipping: 'Parcels are shipped the same day. Ask the desk about the carrier.',
        Opening: 'The desk is open from nine to five. Closed on days when we move.',
        Deutsch: 'RÜCKERSTATTUNGEN erfolgen innerhalb von dreißig Tagen über Ärger hinaus.',
        Japanese: '返金は三十日以内に行われます。',
        Codes: 'Error E-1042: the O\u2019Neil adapter \\ at C:\\adapter is not plugged & ready | <b>',
      }
      for (const [title, text] of Object.entries(texts))
        await knowledge.addText(agentId, text, { name: title })
    })

    afterAll(async () => {
      await database[Symbol.asyncDispose]()
    })

    const find = (query: string) => knowledge.names(agentId, query)

    test('finds a word in its other forms', async () => {
      expect(await find('refund')).toEqual(['Refunds'])
      expect(await find('refunded')).toEqual(['Refunds'])
      expect(await find('SHIPPING')).toEqual(['Shipping'])
    })

    test('finds what a question asks for', async () => {
      expect(await find('How long do refunds take to be paid?')).toEqual(['Refunds'])
      expect((await find('Which carrier ships parcels?'))[0]).toBe('Shipping')
    })

    test('finds passages that have every word before it takes those with some', async () => {
      expect(await find('desk form')).toEqual(['Refunds'])
      expect(await find('desk form banana')).toEqual(['Refunds', 'Shipping', 'Opening'])
    })

    test('understands quotation marks, or and minus', async () => {
      expect(await find('"within 30 days"')).toEqual(['Refunds'])
      expect(await find('carrier or form')).toEqual(['Refunds', 'Shipping'])
      expect(await find('desk -refunds -parcels')).toEqual(['Opening'])
    })

    test('finds words of other languages, in either case', async () => {
      expect(await find('rückerstattungen')).toEqual(['Deutsch'])
      expect(await find('ÄRGER')).toEqual(['Deutsch'])
      expect(await find('返金')).toEqual(['Japanese'])
      expect(await find('返金はいつですか')).toEqual(['Japanese'])
    })

    test('finds nothing without a failure', async () => {
      const odd = [
        'banana',
        '',
        'is the',
        "'",
        "a' | b",
        '\\',
        '& | ! <-> :*',
        '((',
        '"',
        '-',
        '%_',
        ':',
        '<b>',
      ]
      for (const query of odd) expect(Array.isArray(await find(query))).toBe(true)
      expect(await find('banana')).toEqual([])
      expect(await find('the')).toEqual([])
      expect(await find('x'.repeat(5000))).toEqual([])
      expect(await find('\0 refunds \ud83d')).toEqual(['Refunds'])
      expect(await find(`refunds ${'banana '.repeat(200_000)}`)).toEqual(['Refunds'])
      expect(await find("O'Neil adapter C:\\adapter")).toEqual(['Codes'])
    })

    test('gives passages with the name of the document and their place, in order where they are as good', async () => {
      const other = await knowledge.agent('Manual')
      const rows = Array.from({ length: 10 }, (_, index) => `${'filler '.repeat(100)}valve ${index}`)
      const table = { name: 'Manual', mediaType: 'text/csv' }
      const { id } = await knowledge.addText(other, ['parts', ...rows].join('\n'), table)
      const place = { workspaceId: knowledge.workspace.workspaceId, agentId: other }
      const { documents, passages } = await knowledge.documents.search(place, 'valve', 3)
      expect(documents).toBe(1)
      expect(passages.map((found) => ({ ...found, text: '' }))).toEqual([
        { documentId: id, document: 'Manual', passage: 1, text: '' },
        { documentId: id, document: 'Manual', passage: 2, text: '' },
        { documentId: id, document: 'Manual', passage: 3, text: '' },
      ])
      expect(passages[0]?.text).toContain('valve 0')
    })

    test('never looks into another agent’s documents, nor another workspace’s', async () => {
      const other = await knowledge.agent('Other')
      await knowledge.addText(other, 'The secret password is swordfish.', { name: 'Secret' })
      expect(await knowledge.names(other, 'swordfish')).toEqual(['Secret'])
      expect(await find('swordfish')).toEqual([])
      const elsewhere = await knowledgeServices(database)
      expect(await elsewhere.names(other, 'swordfish')).toEqual([])
    })
  })
}
