const tabs = ['overview', 'definition', 'tools', 'json', 'versions', 'settings'] as const

/** The parts of an agent's page. */
export type AgentTab = (typeof tabs)[number]

/** The part that an address asks for; the first one when it asks for none. */
export function agentTabOf(value: unknown): AgentTab {
  return tabs.find((tab) => tab === value) ?? 'overview'
}

/** Where a field of the definition is edited. */
export function tabOfField(field: string): AgentTab {
  if (field === '' || /^(voice|modality|extensions|body)\b/.test(field)) return 'json'
  return /^tools\b/.test(field) ? 'tools' : 'definition'
}
