/**
 * What the fields of core are called on this wire. Core names a field that breaks a rule in its own words; fields that
 * the wire's own schemas refuse have their names already, and so has everything that is not listed here.
 */
const agentFields: readonly (readonly [RegExp, string])[] = [
  [/^instructions$/, 'systemPrompt'],
  [/^model(?:\.name|\.provider)?$/, 'defaultModel'],
  [/^model\.connection_id$/, 'makeConnectionId'],
  [/^model\.temperature$/, 'llmConfig.temperature'],
  [/^model\.max_output_tokens$/, 'llmConfig.maxTokens'],
  [/^limits\.steps$/, 'invocationConfig.recursionLimit'],
  [/^limits\.step_seconds$/, 'invocationConfig.timeout'],
  [/^history\.runs$/, 'historyConfig.iterationsFromHistoryCount'],
  [/^output(?:\.format)?$/, 'outputParserFormat'],
  [/^output\.schema$/, 'outputParserFormat.schema'],
  [/^tools$/, 'scenarios'],
  [/^tools\[(\d+)\](?:\.tool_id|\.name)?$/, 'scenarios[$1].makeScenarioId'],
  [/^tools\[(\d+)\]\.(.+)$/, 'scenarios[$1].$2'],
]

/** A run takes the same settings, under `config` and with other names for two of them. */
const runFields: readonly (readonly [RegExp, string])[] = [
  [/^model(?:\.name|\.provider)?$/, 'llmConfig.llmModel'],
  [/^output(?:\.format)?$/, 'outputParser'],
  [/^output\.schema$/, 'outputParser.schema'],
  ...agentFields,
]

const connectionFields: readonly (readonly [RegExp, string])[] = [
  [/^provider$/, 'accountType'],
  [/^credential$/, 'apiKey'],
  [/^base_url$/, 'baseUrl'],
]

function renamed(field: string, names: readonly (readonly [RegExp, string])[]): string | null {
  const found = names.find(([form]) => form.test(field))
  return found === undefined ? null : field.replace(found[0], found[1])
}

/** The name of a field on this wire; `path` is that of the request. */
export function wireField(field: string, path: string): string {
  if (/\/run(?:\/stream)?$/.test(path)) {
    const name = renamed(field, runFields)
    return name === null ? field : `config.${name}`
  }
  // A new connection's name has another name than that of one that is changed.
  if (path.endsWith('/connections') && field === 'name') return 'accountName'
  if (/\/connections(?:\/|$)/.test(path)) return renamed(field, connectionFields) ?? field
  if (/\/ai-agents\//.test(path)) return renamed(field, agentFields) ?? field
  return field
}
