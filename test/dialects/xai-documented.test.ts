import { afterAll, beforeAll, expect } from 'vitest'
import { xaiRequirements } from '../../src/dialects/xai/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXaiServer, type XaiServer } from '../support/xai-server.ts'

// Every command and reply is the vendor's documented one; only the key, the host and the ids are others.

let xai: XaiServer
beforeAll(async () => {
  xai = await startXaiServer()
})
afterAll(async () => await xai[Symbol.asyncDispose]())

const createAgent = `
curl -X POST https://api.x.ai/v1/agents \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "Order Support",
    "instructions": "You are a friendly order support agent. Help customers track their orders and process returns.",
    "tools": [
      {
        "type": "function",
        "function": {
          "name": "lookup_order",
          "description": "Look up order status by order ID",
          "parameters": {
            "type": "object",
            "properties": {
              "order_id": { "type": "string", "description": "The order ID" }
            },
            "required": ["order_id"]
          }
        }
      },
      { "type": "web_search" }
    ],
    "voice": {
      "voice_id": "eve",
      "vad_threshold": 0.5,
      "vad_silence_duration_ms": 300
    }
  }'`

const createdAgent = `
{
  "agent": {
    "agent_id": "agent_abc123def456",
    "name": "Order Support",
    "instructions": "You are a friendly order support agent. Help customers track their orders and process returns.",
    "tools": [
      {
        "type": "function",
        "function": {
          "name": "lookup_order",
          "description": "Look up order status by order ID",
          "parameters": {
            "type": "object",
            "properties": {
              "order_id": { "type": "string", "description": "The order ID" }
            },
            "required": ["order_id"]
          }
        }
      },
      { "type": "web_search" }
    ],
    "voice": {
      "voice_id": "eve",
      "vad_threshold": 0.5,
      "vad_silence_duration_ms": 300
    },
    "collection_ids": [],
    "created_at": "2025-07-15T10:30:00Z",
    "updated_at": "2025-07-15T10:30:00Z"
  }
}`

const listAgents = `
curl https://api.x.ai/v1/agents?limit=10 \\
  -H "Authorization: Bearer $XAI_API_KEY"`

const getAgent = `
curl https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY"`

const updateVoice = `
curl -X PATCH https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "agent": {
      "voice": { "voice_id": "leo", "vad_threshold": 0.7 }
    },
    "field_mask": { "paths": ["voice"] }
  }'`

const updateNameAndInstructions = `
curl -X PATCH https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "agent": {
      "name": "Premium Support",
      "instructions": "You are a premium support agent for VIP customers."
    },
    "field_mask": { "paths": ["name", "instructions"] }
  }'`

const clearInstructions = `
curl -X PATCH https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "agent": {},
    "field_mask": { "paths": ["instructions"] }
  }'`

const assignNumber = `
curl -X PATCH https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "agent": {
      "name": "Order Support"
    },
    "field_mask": { "paths": ["name"] },
    "phone_number_id": "phone_xyz789"
  }'`

const unassignNumber = `
curl -X PATCH https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "agent": {},
    "field_mask": { "paths": ["name"] },
    "phone_number_id": ""
  }'`

const deleteAgent = `
curl -X DELETE https://api.x.ai/v1/agents/agent_abc123def456 \\
  -H "Authorization: Bearer $XAI_API_KEY"`

const purchaseNumber = `
curl -X POST https://api.x.ai/v1/phone-numbers \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "area_code": "415",
    "name": "Sales Line",
    "description": "Primary sales hotline"
  }'`

const purchasedNumber = `
{
  "phone_number": {
    "phone_number_id": "phone_xyz789",
    "phone_number": "+14155551234",
    "name": "Sales Line",
    "description": "Primary sales hotline",
    "area_code": "415",
    "agent_id": null,
    "created_at": "2025-07-15T10:30:00Z",
    "updated_at": "2025-07-15T10:30:00Z"
  }
}`

const listNumbers = `
curl https://api.x.ai/v1/phone-numbers \\
  -H "Authorization: Bearer $XAI_API_KEY"`

const getNumber = `
curl https://api.x.ai/v1/phone-numbers/phone_xyz789 \\
  -H "Authorization: Bearer $XAI_API_KEY"`

const updateNumber = `
curl -X PATCH https://api.x.ai/v1/phone-numbers/phone_xyz789 \\
  -H "Authorization: Bearer $XAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "Support Line",
    "description": "Customer support number",
    "field_mask": { "paths": ["name", "description"] }
  }'`

const releaseNumber = `
curl -X DELETE https://api.x.ai/v1/phone-numbers/phone_xyz789 \\
  -H "Authorization: Bearer $XAI_API_KEY"`

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** The documented agent, as this server has it. */
async function documentedAgent() {
  const { status, body } = await xai.curl(createAgent)
  expect(status).toBe(200)
  return { agent_abc123def456: body.agent.agent_id as string }
}

async function documentedNumber() {
  const { status, body } = await xai.curl(purchaseNumber)
  expect(status).toBe(200)
  return { phone_xyz789: body.phone_number.phone_number_id as string }
}

verifies(
  xaiRequirements,
  [
    'xai.agents.create',
    'xai.agents.create.status',
    'xai.agents.times',
    'xai.agents.id',
    'xai.frame.mount',
    'xai.frame.key',
  ],
  'the documented create answers the documented agent, member for member',
  async () => {
    const { status, body } = await xai.curl(createAgent)
    expect(status).toBe(200)
    const { agent: documented } = JSON.parse(createdAgent)
    expect(body.agent.agent_id).toMatch(/^agent_[0-9A-Za-z]+$/)
    expect(body.agent.created_at).toMatch(time)
    expect(body.agent.updated_at).toBe(body.agent.created_at)
    const { agent_id, created_at, updated_at } = body.agent
    // As text: the order of keys is the documented one too.
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({ agent: { ...documented, agent_id, created_at, updated_at } }),
    )
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.list', 'xai.agents.get'],
  'the documented list and get answer that agent',
  async () => {
    const ids = await documentedAgent()
    const got = await xai.curl(getAgent, ids)
    expect(got.status).toBe(200)
    expect(got.body.agent.name).toBe('Order Support')
    const listed = await xai.curl(listAgents)
    expect(listed.status).toBe(200)
    expect(Object.keys(listed.body)).toEqual(['agents'])
    expect(listed.body.agents[0]).toEqual(got.body.agent)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.update', 'xai.agents.voice.partial', 'xai.agents.mask.whole'],
  'the documented updates write the voice, then the name and the instructions',
  async () => {
    const ids = await documentedAgent()
    const voice = await xai.curl(updateVoice, ids)
    expect(voice.status).toBe(200)
    expect(voice.body.agent.voice).toEqual({ voice_id: 'leo', vad_threshold: 0.7 })
    expect(voice.body.agent.name).toBe('Order Support')
    const renamed = await xai.curl(updateNameAndInstructions, ids)
    expect(renamed.status).toBe(200)
    expect(renamed.body.agent.name).toBe('Premium Support')
    expect(renamed.body.agent.instructions).toBe('You are a premium support agent for VIP customers.')
    expect(renamed.body.agent.voice).toEqual({ voice_id: 'leo', vad_threshold: 0.7 })
    expect(renamed.body.agent.tools).toHaveLength(2)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.mask.clears.instructions'],
  'the documented clearing of instructions sets them to null',
  async () => {
    const ids = await documentedAgent()
    const cleared = await xai.curl(clearInstructions, ids)
    expect(cleared.status).toBe(200)
    expect(cleared.body.agent.instructions).toBeNull()
    expect((await xai.curl(getAgent, ids)).body.agent.instructions).toBeNull()
  },
)

verifies(
  xaiRequirements,
  [
    'xai.agents.phone.assign',
    'xai.agents.phone.unassign',
    'xai.agents.mask.name_stays',
    'xai.phone.agent_id',
  ],
  'the documented assignment gives the agent the number, the documented unassignment frees it and keeps the name',
  async () => {
    const ids = { ...(await documentedAgent()), ...(await documentedNumber()) }
    expect((await xai.curl(assignNumber, ids)).status).toBe(200)
    expect((await xai.curl(getNumber, ids)).body.phone_number.agent_id).toBe(ids.agent_abc123def456)
    const freed = await xai.curl(unassignNumber, ids)
    expect(freed.status).toBe(200)
    expect(freed.body.agent.name).toBe('Order Support')
    expect((await xai.curl(getNumber, ids)).body.phone_number.agent_id).toBeNull()
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.delete'],
  'the documented delete answers 204 without a body',
  async () => {
    const ids = await documentedAgent()
    const deleted = await xai.curl(deleteAgent, ids)
    expect({ status: deleted.status, body: deleted.body }).toEqual({ status: 204, body: null })
    expect((await xai.curl(getAgent, ids)).status).toBe(404)
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.purchase', 'xai.phone.list', 'xai.phone.get'],
  'the documented purchase answers the documented number, which get and list answer too',
  async () => {
    const { status, body } = await xai.curl(purchaseNumber)
    expect(status).toBe(200)
    const { phone_number: documented } = JSON.parse(purchasedNumber)
    const { phone_number_id, phone_number, created_at, updated_at } = body.phone_number
    expect(phone_number_id).toMatch(/^phone_[0-9A-Za-z]+$/)
    expect(phone_number).toMatch(/^\+1415\d{7}$/)
    expect(created_at).toMatch(time)
    const minted = { phone_number_id, phone_number, created_at, updated_at }
    expect(JSON.stringify(body)).toBe(JSON.stringify({ phone_number: { ...documented, ...minted } }))
    expect((await xai.curl(getNumber, { phone_xyz789: phone_number_id })).body).toEqual(body)
    const listed = await xai.curl(listNumbers)
    expect(listed.status).toBe(200)
    expect(Object.keys(listed.body)).toEqual(['phone_numbers'])
    expect(listed.body.phone_numbers[0]).toEqual(body.phone_number)
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.update', 'xai.phone.release'],
  'the documented update writes both fields, the documented release answers 204 without a body',
  async () => {
    const ids = await documentedNumber()
    const updated = await xai.curl(updateNumber, ids)
    expect(updated.status).toBe(200)
    expect(updated.body.phone_number.name).toBe('Support Line')
    expect(updated.body.phone_number.description).toBe('Customer support number')
    const released = await xai.curl(releaseNumber, ids)
    expect({ status: released.status, body: released.body }).toEqual({ status: 204, body: null })
    expect((await xai.curl(getNumber, ids)).status).toBe(404)
  },
)
