import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { consoleBuild } from '../../src/console-site.ts'

/** The scripts that a browser fetches before the first page is there, each as it goes over the wire. */
function firstScripts(): string[] {
  const page = readFileSync(join(consoleBuild, 'index.html'), 'utf8')
  return [...page.matchAll(/\/console\/(assets\/[\w.-]+\.js)/g)].map((match) => `${match[1]}.gz`)
}

test('the first load is at most 250 kB of compressed script', () => {
  const scripts = firstScripts()
  expect(scripts.length).toBeGreaterThan(1)
  const bytes = scripts.reduce((sum, name) => sum + statSync(join(consoleBuild, name)).size, 0)
  expect(bytes).toBeLessThan(250_000)
})

test('each area of the console is a script of its own', () => {
  const names = readdirSync(join(consoleBuild, 'assets')).filter((name) => name.endsWith('.js'))
  for (const area of ['agents', 'playground', 'runs', 'keys', 'setup']) {
    expect(names.filter((name) => name.startsWith(`${area}-page-`)).length, area).toBe(1)
  }
})
