import { createHash } from 'node:crypto'
import type { EffectPolicy, ToolDefinition } from '../core/tools/tool.ts'
import { base62FromUuid } from '../lib/ids.ts'
import { canonicalJson, type JsonValue } from '../lib/json.ts'

/** Names one effect for ever: the call of one run. The same on every attempt, in every process. */
export function effectId(runId: string, callId: string): string {
  return `effect_${base62FromUuid(runId)}_${callId}`
}

export function argumentsHash(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url')
}

/** What repeating a call of this tool would do. */
export function effectPolicy(tool: ToolDefinition): EffectPolicy {
  return tool.kind === 'http' ? tool.effects : 'none'
}
