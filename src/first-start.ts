import type { Principal } from './core/access/principal.ts'
import { exampleAgent } from './core/examples.ts'
import type { Run } from './core/runs/run.ts'
import { AppError } from './errors.ts'
import { newId } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import type { Server } from './server.ts'

/** The question whose answer is there before anybody asks. */
export const exampleQuestion = 'Where is order ORD-1042?'

/** Longest wait for the example's answer, milliseconds; a model that takes longer does not hold up the start. */
const patience = 10_000

export interface Example {
  agentId: string
  run: Run
  /** Whether it was made by this start. */
  isNew: boolean
}

/** Fixed before anything is made, so that a start that was killed in the middle is taken up by the next one. */
interface Plan {
  agentId: string
  runId: string
  made: boolean
}

/**
 * Gives a new installation one agent and one finished run of it by the default model, so that the first thing a person
 * sees has already worked. null when the agent is not there any more, or when there are others already.
 */
export async function firstStart(server: Server, log: Log): Promise<Example | null> {
  const { settings, services } = server
  const { access, agents } = services
  const principal = await access.authenticate(server.ownerKey.key)
  const plan = await settings.establish<Plan>('example', { agentId: newId(), runId: newId(), made: false })
  if (plan.made) return await existing(services, principal, plan)
  const others = await agents.list(principal, { limit: 1, after: null })
  if (others.some((agent) => agent.id !== plan.agentId)) return null
  const agent = await agents.create(principal, { id: plan.agentId, definition: exampleAgent() })
  const run = await runExample(services, principal, plan)
  if (run.state !== 'completed') {
    log.warn({ run: run.id, state: run.state, error: run.error }, 'The example run has not succeeded.')
  }
  await settings.replace('example', { ...plan, made: true })
  return { agentId: agent.id, run, isNew: true }
}

async function existing(
  services: Server['services'],
  principal: Principal,
  plan: Plan,
): Promise<Example | null> {
  try {
    const agent = await services.agents.get(principal, plan.agentId)
    return { agentId: agent.id, run: await services.runs.get(principal, plan.runId), isNew: false }
  } catch (error) {
    if (error instanceof AppError && error.category === 'not_found') return null
    throw error
  }
}

async function runExample({ runs }: Server['services'], principal: Principal, plan: Plan): Promise<Run> {
  const signal = AbortSignal.timeout(patience)
  try {
    const run = await runs.get(principal, plan.runId)
    return await runs.settle(run, await runs.follow(principal, run.id, { after: 0, signal }))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'run_not_found') throw error
  }
  const accepted = await runs.create(principal, {
    id: plan.runId,
    agentId: plan.agentId,
    input: [{ type: 'text', text: exampleQuestion }],
    thread: null,
    version: null,
    tools: [],
    metadata: {},
    dialect: 'native',
    source: 'example',
    answering: { approvals: 'park', clientTools: 'unavailable' },
    parentRunId: null,
    background: false,
    delaySeconds: 0,
  })
  const events = runs.followAccepted(accepted, signal)
  await accepted.stored
  return await runs.settle(accepted.run, events)
}
