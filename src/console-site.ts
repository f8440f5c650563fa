import { fileURLToPath } from 'node:url'
import { openStaticSite, type StaticSite } from './http/static-site.ts'

/** Where the build of the web console is put; see `scripts/build-console.ts`. */
export const consoleBuild = fileURLToPath(new URL('../.cache/console/', import.meta.url))

/** What is degraded when the console was not built. */
export const consoleMissing =
  'The web console is not built: run `npm run console:build` and start the server again.'

/** The web console as the server serves it. */
export function openConsole(): StaticSite {
  return openStaticSite({ segment: 'console', directory: consoleBuild })
}
