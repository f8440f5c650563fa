import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/core/access/principal.ts'
import { parseId } from '../../src/lib/ids.ts'
import { docxFile, pdfFile } from '../support/document-files.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let owner: Principal

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.server.services.access.authenticate(server.ownerKey)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** An agent of the demo model, as its API prints its id and as core knows it. */
async function newAgent(): Promise<{ printed: string; id: string }> {
  const { body } = await server.call('POST', '/v1/agents', { name: 'Support', model: 'demo/demo' })
  return { printed: body.id, id: parseId('agent', body.id) ?? '' }
}

const addDocument = (agentId: string, name: string, bytes: Uint8Array) =>
  server.server.services.documents.add(owner, { agentId, name, mediaType: '', bytes, temporary: false })

async function ask(agent: string, input: string): Promise<{ output: string; tools: string[] }> {
  const { body: run } = await server.call('POST', `/v1/agents/${agent}/runs`, { input })
  expect(run.state).toBe('completed')
  const { body: events } = await server.call('GET', `/v1/runs/${run.id}/events`)
  const calls = events.data.filter(({ type }: { type: string }) => type === 'tool.called')
  return { output: run.output, tools: calls.map((event: { data: { tool: string } }) => event.data.tool) }
}

describe('an agent with documents', () => {
  test('answers from them, from the run after they were added on', async () => {
    const agent = await newAgent()
    const question = 'How many days do customers have for a refund?'
    expect((await ask(agent.printed, question)).tools).toEqual([])

    const pages = ['Our shop was founded in 1999.', 'Customers have 30 days\nto ask for a refund.']
    const { id } = await addDocument(agent.id, 'Policy.pdf', pdfFile(pages))
    await addDocument(agent.id, 'Carriers.docx', docxFile(['Parcels are shipped with DHL.']))
    const answer = await ask(agent.printed, question)
    expect(answer.tools).toEqual(['file_search'])
    expect(answer.output).toContain('Customers have 30 days\nto ask for a refund.” (Policy.pdf)')
    expect((await ask(agent.printed, 'Which carrier are parcels shipped with?')).output).toContain(
      'Parcels are shipped with DHL.” (Carriers.docx)',
    )

    await server.server.services.documents.remove(owner, id)
    expect((await ask(agent.printed, question)).output).not.toContain('30 days')
  })

  test('never answers from those of another agent', async () => {
    const [one, other] = [await newAgent(), await newAgent()]
    await addDocument(one.id, 'One.txt', Buffer.from('The password is swordfish.'))
    await addDocument(other.id, 'Other.txt', Buffer.from('The password is herring.'))
    const { output } = await ask(one.printed, 'What is the password?')
    expect(output).toContain('swordfish')
    expect(output).not.toContain('herring')
  })

  test('finds them after the server was started again', async () => {
    const agent = await newAgent()
    const policy = `# Refunds\n\n${'Our shop is known for its service. '.repeat(20)}Refunds take thirty days.`
    await addDocument(agent.id, 'Policy.md', Buffer.from(policy))
    await server[Symbol.asyncDispose]()
    server = await startTestServer({ dataDir: server.dataDir })
    const answer = await ask(agent.printed, 'How long do refunds take?')
    expect(answer.output).toContain('Refunds take thirty days.')
  })
})
