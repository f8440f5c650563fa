import type { JsonObject } from '../../lib/json.ts'
import type { AgentTool, JsonSchema, ToolDefinition, ToolReference } from '../tools/tool.ts'

export type Modality = 'text' | 'pipeline' | 'realtime'
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'

/** `workspace`: every member. `private`: its owner. `managed`: every member may use it, admins change it. */
export type Visibility = 'workspace' | 'private' | 'managed'

/** Which model answers. Every null means: the default. */
export interface ModelChoice {
  /** Vendor name, as in `provider/model`; null when `connectionId` decides or the default model is meant. */
  provider: string | null
  /** The vendor's own model name; null: the provider's default. */
  name: string | null
  /** A stored connection of the workspace; null: the environment's credential for the provider. */
  connectionId: string | null
  /** 0–2. */
  temperature: number | null
  maxOutputTokens: number | null
  reasoningEffort: ReasoningEffort | null
  /** `provider/model` names tried in order when a call fails for good. */
  fallbacks: string[]
}

export interface OutputFormat {
  format: 'text' | 'markdown' | 'json'
  /** Only for `json`: the output is validated against it and repaired once. */
  schema: JsonSchema | null
}

/** How an agent speaks and listens. null: what its voice provider does by itself. */
export interface Voice {
  /** A voice's name or id at the provider of speech. */
  voiceId: string | null
  /** Voice activity detection, 0–1: lower hears quieter speech. */
  vadThreshold: number | null
  /** Silence that ends a turn, milliseconds. */
  vadSilenceMs: number | null
  /** Name of the vendor that turns speech into text; only for pipelines. */
  speechToText: string | null
  /** Name of the vendor that turns text into speech; only for pipelines. */
  textToSpeech: string | null
  /** Name of the vendor of the speech-to-speech model; only for `realtime`. */
  realtimeProvider: string | null
}

/** What ends a run cleanly. null: no limit of that kind. */
export interface Limits {
  /** Model calls per run. */
  steps: number
  toolCalls: number | null
  /** Wall time of a run, seconds, waiting for people and clients not counted. */
  seconds: number
  /** Wall time of one model call or one tool call, seconds. */
  stepSeconds: number | null
  /** Input and output tokens of a run together. */
  tokens: number | null
  /** Runs per day (UTC), counted when they are accepted. */
  runsPerDay: number | null
}

/** Everything a run depends on. Immutable once it is a version. */
export interface AgentDefinition {
  name: string
  description: string | null
  instructions: string | null
  modality: Modality
  /** null: it does not speak. */
  voice: Voice | null
  /** null: the default model of the server. */
  model: ModelChoice | null
  tools: AgentTool[]
  output: OutputFormat
  limits: Limits
  /** How many earlier runs of the thread the model is shown. */
  history: { runs: number }
  metadata: JsonObject
  /** What one dialect must print and Parley does not model, by dialect. */
  extensions: Record<string, JsonObject>
}

export const defaultLimits: Limits = {
  steps: 50,
  toolCalls: null,
  seconds: 600,
  stepSeconds: null,
  tokens: null,
  runsPerDay: null,
}

/** A stable identity; `definition` is the published version, or the draft when there is none yet. */
export interface Agent {
  id: string
  workspaceId: string
  ownerId: string
  slug: string | null
  visibility: Visibility
  enabled: boolean
  /** Number of the published version; null: only a draft. */
  version: number | null
  versionId: string | null
  definition: AgentDefinition
  /** Unpublished changes, whole; null: none. */
  draft: AgentDefinition | null
  createdAt: Date
  updatedAt: Date
}

export interface AgentVersion {
  id: string
  agentId: string
  number: number
  definition: AgentDefinition
  createdAt: Date
  createdBy: string | null
}

/**
 * What one run does differently from its agent's version: pinned with the run, by value. Absent: as the version says.
 */
export interface RunOverrides {
  /** In place of the agent's own. */
  instructions?: string | null
  /** Follows the instructions, on a line of its own. */
  additionalInstructions?: string
  /** RFC 3339 with a numeric offset: when the run was accepted, as the model is told it on the last line of the instructions. */
  currentTime?: string
  model?: Partial<Pick<ModelChoice, 'name' | 'temperature' | 'maxOutputTokens' | 'reasoningEffort'>>
  /** In place of every tool of the agent. Shared tools only, so that no secret is in a run's pins. */
  tools?: ToolReference[]
  output?: OutputFormat
  limits?: Partial<Limits>
  history?: { runs: number }
}

/** Which of an agent's states a new run works with. */
export interface RunChoice {
  /** Absent: the published version. */
  version?: number
  overrides?: RunOverrides | null
  /** A disabled agent too: for those who try it out before it is enabled. */
  evenDisabled?: boolean
  /** A deleted agent too: for what was begun before. */
  evenDeleted?: boolean
  /** Revisions of shared tools that are fixed already, deleted ones too; absent ones: as the reference says. */
  toolRevisions?: Record<string, number>
}

/** What a run works with: the version it pinned, tools resolved and their secrets opened. Never leaves the process. */
export interface ResolvedAgent {
  agentId: string
  workspaceId: string
  versionId: string
  versionNumber: number
  definition: AgentDefinition
  tools: ToolDefinition[]
  /** Revision of each referenced workspace tool. */
  toolRevisions: Record<string, number>
  /** Whether the agent has documents; the tool that searches them is then among its tools. */
  knowledge: boolean
}
