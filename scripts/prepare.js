// Runs at the end of `npm install`. Plain JavaScript: an old Node, or a package without its development parts, must
// get through it. What it makes only saves time; a start that does not find it does the work itself.
import { existsSync } from 'node:fs'

const [major] = process.versions.node.split('.')
const installed = existsSync(new URL('../node_modules/@electric-sql/pglite', import.meta.url))

const canBuild = existsSync(new URL('../node_modules/vite', import.meta.url))

if (Number(major) >= 24 && installed) {
  try {
    await import('./build-template.ts')
  } catch (error) {
    console.warn(
      'The prepared database was not built, so the first start will take some seconds longer.',
      error,
    )
  }
}

if (Number(major) >= 24 && canBuild) {
  try {
    await import('./build-console.ts')
  } catch (error) {
    console.warn(
      'The web console was not built; `npm run console:build` tries again. The server runs without it.',
      error,
    )
  }
}
