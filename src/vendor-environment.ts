import type { ModelEnvironment } from './core/models/model.ts'
import type { ProviderRecord } from './providers/index.ts'

/** What the vendors' own variables say about each provider, by provider name. */
export function vendorEnvironment(
  vendor: Readonly<Record<string, string>>,
  providers: readonly ProviderRecord[],
): ModelEnvironment {
  const value = (name: string | null): string | null => (name === null ? null : (vendor[name] ?? null))
  return Object.fromEntries(
    providers.map(({ name, keyEnv, baseUrlEnv }) => [
      name,
      { apiKey: value(keyEnv), baseUrl: value(baseUrlEnv) },
    ]),
  )
}

/** The names of those variables. */
export function vendorVariables(providers: readonly ProviderRecord[]): string[] {
  return providers.flatMap(({ keyEnv, baseUrlEnv }) => [keyEnv, baseUrlEnv]).filter((name) => name !== null)
}
