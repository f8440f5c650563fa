import type { Principal } from '../../core/access/principal.ts'
import type { ResolvedAgent } from '../../core/agents/agent.ts'
import type { Run } from '../../core/runs/run.ts'
import type { ThreadKey } from '../../core/threads/thread.ts'
import { AppError } from '../../errors.ts'
import type { MakeServices } from './index.ts'
import { printedEvents, RunPrinter } from './run-printer.ts'
import { threadNamespace } from './translate-runs.ts'

type Services = Pick<MakeServices, 'agents' | 'runs' | 'threads' | 'tools'>

/** A run, and what its journal holds of it. */
export interface ReadRun {
  run: Run
  printer: RunPrinter
}

const noScenarios: ReadonlyMap<string, number> = new Map()

/** What a thread is called on this wire: what this wire's clients called it, else its own id. */
export function printThreadKey(run: Pick<Run, 'threadId'>, keys: ReadonlyMap<string, ThreadKey>): string {
  const known = keys.get(run.threadId)
  return known?.namespace === threadNamespace ? known.key : run.threadId
}

/** Makes printers for runs: of one that was just accepted, or of any that is stored. */
export function createRunReader({ agents, runs, threads, tools }: Services) {
  /** Numbers of the agent's shared tools by their names. Asks nothing of the database on the way of a run. */
  async function scenariosOf(agent: ResolvedAgent): Promise<ReadonlyMap<string, number>> {
    const shared = agent.definition.tools.filter((tool) => tool.kind === 'reference')
    if (shared.length === 0) return noScenarios
    const numbers = new Map<string, number>()
    for (const { toolId } of shared) {
      const { number } = tools.knownHead(toolId) ?? (await tools.head(toolId))
      const revision = agent.toolRevisions[toolId] ?? null
      const { name } = await tools.definitionOf(agent.workspaceId, toolId, revision)
      numbers.set(name, number)
    }
    return numbers
  }

  async function printerOf(runId: string, agent: ResolvedAgent, threadId: string): Promise<RunPrinter> {
    const { instructions } = agent.definition
    return new RunPrinter({ runId, threadId, instructions, scenarios: await scenariosOf(agent) })
  }

  async function opened(
    principal: Principal,
    run: Run,
    keys: ReadonlyMap<string, ThreadKey>,
  ): Promise<RunPrinter> {
    const agent = await agents.resolvePinned(run.id, await runs.pinsOf(principal, run.id))
    return printerOf(run.id, agent, printThreadKey(run, keys))
  }

  /** Runs with their printers, in their order, as far as their journals go. */
  async function read(principal: Principal, list: readonly Run[]): Promise<ReadRun[]> {
    const keys = await threads.keysOf(list)
    const events = await runs.eventsOf(list, printedEvents)
    return await Promise.all(
      list.map(async (run) => {
        const printer = await opened(principal, run, keys)
        for (const event of events.get(run.id) ?? []) printer.take(event)
        return { run, printer }
      }),
    )
  }

  return {
    printerOf,

    /** A printer that has taken none of the run's events yet. */
    open: async (principal: Principal, run: Run): Promise<RunPrinter> =>
      opened(principal, run, await threads.keysOf([run])),

    read,

    readOne: async (principal: Principal, run: Run): Promise<ReadRun> => {
      const [first] = await read(principal, [run])
      if (first === undefined) throw new AppError('run_not_found')
      return first
    },

    /** The run, which must be one of this agent. Errors: `run_not_found`. */
    async find(principal: Principal, agentId: string, runId: string): Promise<Run> {
      const run = await runs.get(principal, runId)
      if (run.agentId !== agentId) throw new AppError('run_not_found')
      return run
    },
  }
}
