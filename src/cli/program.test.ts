import { expect, test } from 'vitest'
import { createPerson, runCli } from '../../test/support/cli.ts'
import { AppError } from '../errors.ts'

test('the help names every command, examples and what each exit code means', async () => {
  const person = createPerson()
  expect(await runCli(person, ['--help'])).toBe(0)
  for (const command of ['start', 'chat', 'keys', 'backup', 'restore', 'doctor']) {
    expect(person.output()).toMatch(new RegExp(`^  ${command} `, 'm'))
  }
  expect(person.output()).toContain('parley chat "Order Support" "Where is ORD-1042?"')
  expect(person.output()).toContain('  3    no server answered')
})

test('the version is printed alone', async () => {
  const person = createPerson()
  expect(await runCli(person, ['--version'])).toBe(0)
  expect(person.output()).toBe('1.2.3\n')
})

test('no command at all prints the help as an error', async () => {
  const person = createPerson()
  expect(await runCli(person, [])).toBe(2)
  expect(person.errors()).toContain('Usage: parley')
})

test('a mistyped command is an error with a suggestion', async () => {
  const person = createPerson()
  expect(await runCli(person, ['strat'])).toBe(2)
  expect(person.errors()).toContain("unknown command 'strat'\n(Did you mean start?)")
})

async function misconfigured(): Promise<void> {
  throw new AppError('invalid_configuration', {
    detail: 'PARLEY_PORT is wrong.\nPARLEY_HOST is wrong.',
  })
}

test('every problem of the configuration is printed on a line of its own', async () => {
  const person = createPerson()
  expect(await runCli(person, ['start'], { start: misconfigured })).toBe(2)
  expect(person.errors()).toBe('parley: PARLEY_PORT is wrong.\nparley: PARLEY_HOST is wrong.\n')
})

test('start ends when the server has stopped', async () => {
  let stopped = false
  const start = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    stopped = true
  }
  expect(await runCli(createPerson(), ['start'], { start })).toBe(0)
  expect(stopped).toBe(true)
})
