import type { JsonObject } from '../../lib/json.ts'
import type { AgentTool, JsonSchema, ToolDefinition, ToolReference } from '../tools/tool.ts'
import type { Strategies } from './strategies.ts'

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
  /** Whether the provider is asked to keep what does not change between calls: instructions and tools. */
  promptCaching: boolean
  /** What this agent says about how its provider is reached; null: nothing. Fallbacks do not use it. */
  endpoint: ModelEndpoint | null
}

/** How one agent reaches its model's provider. null: as the connection or the environment says. */
export interface ModelEndpoint {
  /** Written by a tenant, and so never called with the environment's credential. */
  baseUrl: string | null
  /** Sealed by core: shown as `***`, which on a write keeps the stored value. */
  apiKey: string | null
  /** Name of a connection of the workspace whose credential is used, looked up when a run begins. */
  credential: string | null
  /** Sent with every call, over those of the connection. Values are sealed as `apiKey` is. */
  headers: Record<string, string>
  /**
   * The origin that its connection led to when its secrets were written; null: it had none. Only where it was opened for
   * a run: absent, there is nothing in it but masks.
   */
  writtenFor?: string | null
}

/** What of the conversation before it a run is shown. */
export interface History {
  /** Earlier runs of the thread. */
  runs: number
  /** The newest tool calls of them; null: all. */
  toolCalls: number | null
}

/** A URL that is called once a run has ended. */
export interface Notice {
  url: string
  /** Values are sealed by core: shown as `***`, which on a write keeps the stored value. */
  headers: Record<string, string>
  subject: string | null
  body: string | null
  /** In whose form the call's body is written. */
  dialect: string
}

/** Who is told how a run ended. A cancelled run is no news. */
export interface Notices {
  onSuccess: Notice[]
  onError: Notice[]
}

export interface OutputFormat {
  format: 'text' | 'markdown' | 'json'
  /** Only for `json`: the output is validated against it and repaired, twice at most. */
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
  /** What happens at `toolCalls`: the run fails, or the model has to answer without further calls. */
  atToolCalls: 'fail' | 'answer'
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
  history: History
  strategies: Strategies
  /** Whether a person approves every call that can change the world, whatever its tool says. */
  supervised: boolean
  notices: Notices
  metadata: JsonObject
  /** What one dialect must print and Parley does not model, by dialect. */
  extensions: Record<string, JsonObject>
}

export const defaultLimits: Limits = {
  steps: 50,
  toolCalls: null,
  atToolCalls: 'fail',
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
  model?: Partial<Omit<ModelChoice, 'fallbacks' | 'endpoint' | 'promptCaching'>>
  /** In place of every tool of the agent. Shared tools only, so that no secret is in a run's pins. */
  tools?: ToolReference[]
  /** Merged into the arguments of every call of an http tool. */
  toolArguments?: JsonObject
  output?: OutputFormat
  limits?: Partial<Limits>
  history?: Partial<History>
}

/** A draft as a run of it pins it: a definition with masks, and what is behind them, sealed for the agent's id. */
export interface PinnedDraft {
  definition: AgentDefinition
  sealedSecrets: string | null
}

/** Which of an agent's states a new run works with. */
export interface RunChoice {
  /** Absent: the published version. */
  version?: number
  /** In place of a version: what is not published yet, where there is such. */
  draft?: boolean
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
  /** Set where it is not the version itself but the draft that was made of it. */
  draft?: PinnedDraft
}
