import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** A copy of the launcher beside a program of the test's own, as it lies in a package. */
let place: string
let oldNode: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'parley-launcher-'))
  cpSync(join(root, 'bin'), join(place, 'bin'), { recursive: true })
  mkdirSync(join(place, 'src'))
  mkdirSync(join(place, 'node_modules'))
  writeFileSync(join(place, 'package.json'), '{"type":"module"}')
  // Makes any Node say that it is an old one; the second start does not get this file.
  oldNode = join(place, 'old-node.cjs')
  writeFileSync(oldNode, `Object.defineProperty(process.versions, 'node', { value: '18.20.0' })`)
})

afterEach(() => rmSync(place, { recursive: true, force: true }))

function program(source: string): void {
  writeFileSync(join(place, 'src', 'main.ts'), source)
}

function bringNode(executable = process.execPath): void {
  mkdirSync(join(place, 'node_modules', 'node', 'bin'), { recursive: true })
  symlinkSync(executable, join(place, 'node_modules', 'node', 'bin', 'node'))
}

function launch(arguments_: string[], nodeFlags: string[] = []) {
  const all = [...nodeFlags, join(place, 'bin', 'parley'), ...arguments_]
  return spawnSync(process.execPath, all, { encoding: 'utf8', env: { ...process.env, HOME: place } })
}

test('starts the program with its arguments and gives its exit code back', () => {
  program(`const words: string[] = process.argv.slice(2); console.log(words.join('|')); process.exitCode = 7`)
  const { stdout, stderr, status } = launch(['chat', 'a b'])
  expect({ stdout, stderr, status }).toEqual({ stdout: 'chat|a b\n', stderr: '', status: 7 })
})

test('keeps compiled code beside the program', () => {
  program(`console.log('x')`)
  launch([])
  expect(readdirSync(join(place, '.cache', 'compile')).length).toBeGreaterThan(0)
})

test('on an old Node it starts again with the Node of the project, and gives its exit code back', () => {
  program(
    `console.log(process.versions.node, process.argv.slice(2).join('|'), 'RELAUNCHED_BY_PARLEY' in process.env); process.exitCode = 7`,
  )
  bringNode()
  const { stdout, status } = launch(['start', 'now'], ['--require', oldNode])
  expect({ stdout, status }).toEqual({ stdout: `${process.versions.node} start|now false\n`, status: 7 })
})

test('on an old Node without another one it says what to do', () => {
  program(`console.log('never')`)
  const { stdout, stderr, status } = launch([], ['--require', oldNode])
  expect(stdout).toBe('')
  expect(stderr).toBe(
    'parley: Parley needs Node 24 or newer; this is Node 18.20.0.\n' +
      `Run \`npm install\` in ${place}, which brings the right Node along, or install it from https://nodejs.org.\n`,
  )
  expect(status).toBe(1)
})

test('a project Node that is old too does not start itself for ever', () => {
  program(`console.log('never')`)
  const pretender = join(place, 'pretender')
  writeFileSync(pretender, `#!/bin/sh\nexec '${process.execPath}' --require '${oldNode}' "$@"\n`, {
    mode: 0o755,
  })
  bringNode(pretender)
  const { stderr, status } = launch([], ['--require', oldNode])
  expect(stderr).toContain('this is Node 18.20.0')
  expect(status).toBe(1)
})

test('without installed packages it says what to do', () => {
  program(`console.log('never')`)
  rmSync(join(place, 'node_modules'), { recursive: true })
  const { stderr, status } = launch([])
  expect(stderr).toBe(
    `parley: The packages that Parley needs are not installed. Run \`npm install\` in ${place}.\n`,
  )
  expect(status).toBe(1)
})

test('passes signals on to the program it started, and ends as it ended', async () => {
  const marker = join(place, 'stopped')
  program(`
    import { writeFileSync } from 'node:fs'
    process.on('SIGTERM', () => { writeFileSync(${JSON.stringify(marker)}, ''); process.exit(3) })
    setInterval(() => {}, 1000)
    console.log('ready')
  `)
  bringNode()
  const child = spawn(process.execPath, ['--require', oldNode, join(place, 'bin', 'parley')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(3)
  expect(existsSync(marker)).toBe(true)
})

test('the program does not outlive the launcher that was killed', async () => {
  program(`setInterval(() => {}, 1000); console.log(process.pid)`)
  bringNode()
  const child = spawn(process.execPath, ['--require', oldNode, join(place, 'bin', 'parley')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const pid = Number(line)
  expect(pid).not.toBe(child.pid)
  child.kill('SIGKILL')
  await expect.poll(() => isAlive(pid)).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that ended but that nobody has waited for yet still has its number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
