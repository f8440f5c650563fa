import type { AgentDefinition } from '../../../core/agents/agent.ts'
import type { Condition, Strategies } from '../../../core/agents/strategies.ts'
import { featureUnavailable } from '../../../errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { asSent, keepAsSent } from '../../as-sent.ts'
import { keeping, kept } from './agent-extras.ts'
import type {
  ConditionInput,
  PrintedCondition,
  PrintedStrategies,
  StrategiesInput,
} from './wire-agent-settings.ts'

const noStrategies: PrintedStrategies = {
  retry_strategy: null,
  iterative_strategy: null,
  stop_strategy: null,
  max_runs_per_day: null,
  agentic_context_enabled: false,
  duplication_prevention: null,
}

/** The vendor's own defaults of what is in a strategy. */
const retries = 3
const iterations = 3
const minutes = 10

/** What of the core is told in these words. */
function coreOf({ strategies, limits }: AgentDefinition): JsonObject {
  return { ...strategies, runsPerDay: limits.runsPerDay } as unknown as JsonObject // strategies are plain JSON
}

/** The strategies as they were sent, else as core has them; null: none. */
export function printStrategies(definition: AgentDefinition): PrintedStrategies | null {
  const sent = asSent(kept(definition, 'task_level_strategies'), coreOf(definition))
  if (sent !== undefined) return sent as unknown as PrintedStrategies // only withStrategies writes it
  const { strategies, limits } = definition
  const { retry, iterate, stop, deduplicate } = strategies
  const printed: PrintedStrategies = {
    retry_strategy: retry && { enabled: true, max_retries: retry.attempts },
    iterative_strategy: iterate && {
      enabled: true,
      max_iterations: iterate.times,
      end_condition: iterate.until && printCondition(iterate.until),
    },
    stop_strategy: stop && {
      enabled: true,
      stop_on_failure: stop.onFailure,
      stop_on_condition: stop.when && printCondition(stop.when),
    },
    max_runs_per_day: limits.runsPerDay,
    agentic_context_enabled: false,
    duplication_prevention: deduplicate && {
      selectors: deduplicate.selectors,
      enabled: true,
      ttl_minutes: deduplicate.minutes,
    },
  }
  return JSON.stringify(printed) === JSON.stringify(noStrategies) ? null : printed
}

function printCondition({ type, term, path, value }: Condition): PrintedCondition {
  return { type, term, group_id: null, path, value }
}

/** The strategies of a request with everything said that they leave open. */
function completed(before: PrintedStrategies, sent: StrategiesInput): PrintedStrategies {
  const { retry_strategy: retry, iterative_strategy: iterate, stop_strategy: stop } = sent
  const { duplication_prevention: duplicates, max_runs_per_day: most } = sent
  return {
    retry_strategy:
      retry === undefined
        ? before.retry_strategy
        : retry && { enabled: retry.enabled ?? false, max_retries: retry.max_retries ?? retries },
    iterative_strategy:
      iterate === undefined
        ? before.iterative_strategy
        : iterate && {
            enabled: iterate.enabled ?? false,
            max_iterations: iterate.max_iterations ?? iterations,
            end_condition: completedCondition(iterate.end_condition),
          },
    stop_strategy:
      stop === undefined
        ? before.stop_strategy
        : stop && {
            enabled: stop.enabled ?? false,
            stop_on_failure: stop.stop_on_failure ?? true,
            stop_on_condition: completedCondition(stop.stop_on_condition),
          },
    max_runs_per_day: most === undefined ? before.max_runs_per_day : most,
    agentic_context_enabled: false,
    duplication_prevention:
      duplicates === undefined
        ? before.duplication_prevention
        : duplicates && {
            selectors: duplicates.selectors,
            enabled: duplicates.enabled ?? false,
            ttl_minutes: duplicates.ttl_minutes ?? minutes,
          },
  }
}

function completedCondition(sent: ConditionInput | null | undefined): PrintedCondition | null {
  if (!sent) return null
  const { type, term = null, group_id = null, path = null, value = null } = sent
  return { type, term, group_id, path, value }
}

function readCondition(printed: PrintedCondition | null): Condition | null {
  if (printed === null) return null
  const { type, term, path, value } = printed
  return { type, term, path, value }
}

/** What is switched on. */
function coreStrategies(printed: PrintedStrategies): Strategies {
  const { retry_strategy: retry, iterative_strategy: iterate, stop_strategy: stop } = printed
  const { duplication_prevention: duplicates } = printed
  return {
    retry: retry?.enabled ? { attempts: retry.max_retries } : null,
    iterate: iterate?.enabled
      ? { times: iterate.max_iterations, until: readCondition(iterate.end_condition) }
      : null,
    stop: stop?.enabled
      ? { onFailure: stop.stop_on_failure, when: readCondition(stop.stop_on_condition) }
      : null,
    deduplicate: duplicates?.enabled
      ? { selectors: duplicates.selectors, minutes: duplicates.ttl_minutes }
      : null,
  }
}

/** The definition with these strategies, those that are not sent being as they were; null: none. */
export function withStrategies(
  definition: AgentDefinition,
  sent: StrategiesInput | null | undefined,
): AgentDefinition {
  if (sent === undefined) return definition
  if (sent?.agentic_context_enabled === true) {
    const field = 'task_level_strategies.agentic_context_enabled'
    throw featureUnavailable(field, 'a context that runs share is not available in this version; send false')
  }
  const before = sent === null ? noStrategies : (printStrategies(definition) ?? noStrategies)
  const printed = completed(before, sent ?? {})
  const next = {
    ...definition,
    strategies: coreStrategies(printed),
    limits: { ...definition.limits, runsPerDay: printed.max_runs_per_day },
  }
  const plain = printed as unknown as JsonObject // printed strategies are JSON
  const keep = sent === null ? undefined : keepAsSent(plain, coreOf(next))
  return keeping(next, { task_level_strategies: keep })
}
