import type { FieldError } from '../../errors.ts'
import { canonicalJson } from '../../lib/json.ts'
import { openIfPossible, type Sealer } from '../../lib/seal.ts'
import { isWithin } from '../../lib/url-place.ts'
import { fixedTargetOf, targetOf } from './http-url.ts'
import type { AgentTool, HttpTool, McpTool, ToolDefinition } from './tool.ts'

/** What stands for a secret wherever it is shown. On a write it means: keep the stored value. */
export const mask = '***'

/** Secret values by their place, such as `tool/<tool name>/header/<header name, lower case>`. */
export type SecretMap = Record<string, string>

/** What is stored already: the tools with masks, and what is behind the masks; null: another secret key sealed it. */
export interface StoredSecrets {
  tools: readonly AgentTool[]
  secrets: SecretMap | null
}

export const noSecrets: StoredSecrets = { tools: [], secrets: {} }

function placeOf(toolName: string, headerName: string): string {
  return `tool/${toolName}/header/${headerName.toLowerCase()}`
}

/**
 * Takes the header values out of tools that are being written. `***` takes the value stored for the same tool and
 * header, unless the tool now calls another address: who may write a tool may not thereby learn what others stored in it.
 */
export function takeSecrets<Tool extends AgentTool>(
  tools: readonly Tool[],
  stored: StoredSecrets,
  at: (index: number) => string,
): { tools: Tool[]; secrets: SecretMap; problems: FieldError[] } {
  const taken: TakenSecrets = { secrets: {}, problems: [] }
  const masked = tools.map((tool, index) => {
    if (tool.kind !== 'http' && tool.kind !== 'mcp') return tool
    const moved = callsSamePlaces(tool, stored.tools)
      ? null
      : 'the tool now calls another address; send the value again'
    for (const [header, value] of Object.entries(tool.headers)) {
      const place = placeOf(tool.name, header)
      takeSecret({ place, field: `${at(index)}headers.${header}`, value, moved }, stored.secrets, taken)
    }
    return { ...tool, headers: masks(tool.headers) }
  })
  return { tools: masked, ...taken }
}

/** What was taken out of something that is being written, and what of it could not be. */
export interface TakenSecrets {
  secrets: SecretMap
  problems: FieldError[]
}

/** One value that is written to a place of secrets. */
interface WrittenSecret {
  place: string
  /** Where the value that `***` stands for is stored; absent: at the same place. */
  storedAt?: string
  value: string
  /** As it is named to whoever wrote it. */
  field: string
  /** Why `***` may not keep what is stored; null: it may. */
  moved: string | null
}

/** Puts the value, or the stored one that `***` stands for, at its place; else says why that cannot be. */
export function takeSecret(written: WrittenSecret, stored: SecretMap | null, taken: TakenSecrets): void {
  const { place, storedAt = place, value, field, moved } = written
  if (value !== mask) {
    taken.secrets[place] = value
    return
  }
  const kept = stored?.[storedAt]
  if (stored === null) {
    const message = 'the stored value was sealed with another secret key; send it again'
    taken.problems.push({ field, message })
  } else if (kept === undefined) {
    taken.problems.push({ field, message: 'there is no stored value to keep; send the value itself' })
  } else if (moved !== null) taken.problems.push({ field, message: moved })
  else taken.secrets[place] = kept
}

/** The tool with the values behind its masks. For the call itself; never shown. */
export function openTool(tool: ToolDefinition, secrets: SecretMap): ToolDefinition {
  if (tool.kind !== 'http' && tool.kind !== 'mcp') return tool
  const headers: Record<string, string> = {}
  for (const [header, value] of Object.entries(tool.headers))
    headers[header] = secrets[placeOf(tool.name, header)] ?? value
  return { ...tool, headers }
}

/** Sealed for one owner (an agent, a tool, a run): opened with another id, it does not open. */
export function sealSecrets(sealer: Sealer, secrets: SecretMap, context: string): string | null {
  return Object.keys(secrets).length === 0 ? null : sealer.seal(JSON.stringify(secrets), context)
}

export function openSecrets(sealer: Sealer, sealed: string | null, context: string): SecretMap {
  return sealed === null ? {} : (JSON.parse(sealer.open(sealed, context)) as SecretMap) // we sealed this form
}

/** For a change: values that cannot be opened any more must not keep anybody from replacing them. */
export function storedSecrets(
  sealer: Sealer,
  stored: { tools: readonly AgentTool[]; sealed: string | null },
  context: string,
): StoredSecrets {
  return { tools: stored.tools, secrets: openSecretsIfPossible(sealer, stored.sealed, context) }
}

/** Null: they were sealed with another secret key. */
export function openSecretsIfPossible(
  sealer: Sealer,
  sealed: string | null,
  context: string,
): SecretMap | null {
  const text = sealed === null ? '{}' : openIfPossible(sealer, sealed, context)
  return text === null ? null : (JSON.parse(text) as SecretMap) // we sealed this form
}

/** What is stored of one tool, for a change that calls it `name`. */
export function underName(stored: StoredSecrets, tool: ToolDefinition, name: string): StoredSecrets {
  if (name === tool.name) return stored
  const headers = placeOf(tool.name, '').length
  const moved = Object.entries(stored.secrets ?? {}).map(([place, value]) => {
    return [placeOf(name, place.slice(headers)), value] as const
  })
  return { tools: [{ ...tool, name }], secrets: stored.secrets && Object.fromEntries(moved) }
}

export function sameSecrets(a: SecretMap | null, b: SecretMap | null): boolean {
  return a !== null && b !== null && canonicalJson(a) === canonicalJson(b)
}

/** The same headers without their values. */
export function masks(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((header) => [header, mask]))
}

/** Whether the tool calls nothing but what it called, and what lies below. */
function callsSamePlaces(tool: HttpTool | McpTool, stored: readonly AgentTool[]): boolean {
  const before = stored.find((other) => other.kind === tool.kind && other.name === tool.name)
  if (before?.kind !== 'http' && before?.kind !== 'mcp') return false
  const known = urlsOf(before)
  return urlsOf(tool).every((url) =>
    known.some((other) => url === other || isWithin(targetOf(url), fixedTargetOf(other))),
  )
}

function urlsOf(tool: HttpTool | McpTool): string[] {
  return tool.kind === 'mcp' || tool.checkUrl === null ? [tool.url] : [tool.url, tool.checkUrl]
}
