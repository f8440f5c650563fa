/** Names that the vendor writes with underscores where their makers write hyphens and dots. */
const knownFamily = /^(?:gpt|gemini|claude|o\d)_[a-z0-9_]+$/

/** What stands before the last slash: the name of a provider. */
function parts(name: string): [string, string] {
  const slash = name.lastIndexOf('/')
  return [name.slice(0, slash + 1), name.slice(slash + 1)]
}

/** `gpt_4o_mini` → `gpt-4o-mini`, `gemini_2_5_flash` → `gemini-2.5-flash`; any other name is as it was written. */
export function readModelSlug(sent: string): string {
  const [provider, name] = parts(sent)
  if (!knownFamily.test(name)) return sent
  // The maker of Claude writes versions with hyphens, the others with dots.
  const dotted = name.startsWith('claude') ? name : name.replaceAll(/(?<!\d)(\d)_(\d)(?!\d)/g, '$1.$2')
  return provider + dotted.replaceAll('_', '-')
}

/** `gpt-4o-mini` → `gpt_4o_mini`. */
export function printModelSlug(model: string): string {
  const [provider, name] = parts(model)
  return provider + name.replaceAll(/[-.]/g, '_')
}

/** Whether two names are the same model, however it is written. */
export function sameModel(a: string, b: string): boolean {
  return printModelSlug(a) === printModelSlug(b)
}
