import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromiumPath } from '../test/support/chromium-path.ts'

/**
 * What `npm test` runs: all tests, then one crash at every fault point. Installs what the tests need beyond npm packages
 * where it can; what cannot be had is reported by the tests that are skipped for it. With CI=true nothing may be missing.
 */
const postgresBinaries = '/usr/lib/postgresql/15/bin/postgres'
const strict = process.env['CI'] === 'true'

function run(command: string, arguments_: string[]): number {
  console.log(`\n> ${command} ${arguments_.join(' ')}`)
  return spawnSync(command, arguments_, { stdio: 'inherit' }).status ?? 1
}

/** A package of Debian's, where we are root on Debian. */
function installPackage(name: string): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-q'], { stdio: 'inherit', env: quiet })
  spawnSync('apt-get', ['install', '-qy', '--no-install-recommends', name], { stdio: 'inherit', env: quiet })
}

/** PostgreSQL's server, from Debian's packages, for the tests of several processes on one database. */
function installPostgres(): void {
  if (existsSync(postgresBinaries)) return
  installPackage('postgresql-15')
  if (existsSync(postgresBinaries)) return
  console.warn(
    '\nSKIPPED: tests on PostgreSQL. PostgreSQL 15 is not installed and could not be: that takes Debian and root.\n',
  )
  if (strict) process.exit(1)
}

/** A browser, for the tests of the console. */
function installChromium(): void {
  if (chromiumPath() !== null) return
  installPackage('chromium')
  if (chromiumPath() !== null) return
  console.warn(
    '\nSKIPPED: tests in a browser. Chromium is not installed and could not be: that takes Debian and root.\n',
  )
  if (strict) process.exit(1)
}

installPostgres()
installChromium()
const steps: [string, string[]][] = [
  ['vitest', ['run']],
  // Always the same crashes: a change alone turns this red. `npm run test:crash` by itself looks for others.
  ['node', ['test/crash/main.ts', '--each-once', '--seed', '11']],
]
for (const [command, arguments_] of steps) {
  const status = run(command, arguments_)
  if (status !== 0) process.exit(status)
}
