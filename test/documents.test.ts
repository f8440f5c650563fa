import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { staleDocuments } from '../scripts/docs.ts'
import { allOptions } from '../src/config/options.ts'

const root = join(import.meta.dirname, '..')
const documents = execFileSync('find', ['.', '-name', '*.md', '-not', '-path', '*/node_modules/*'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

test('the generated documents say what the records say', () => {
  expect(staleDocuments()).toEqual([])
})

test('links between documents lead somewhere', () => {
  expect(documents.length).toBeGreaterThan(20)
  const broken = documents.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`)
  })
  expect(broken).toEqual([])
})

test('documents name only options that exist', () => {
  const known = new Set(allOptions.flatMap(({ env, aliases }) => [env].concat(aliases)))
  const unknown = documents.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return [...text.matchAll(/\bPARLEY_[A-Z_]*[A-Z]\b/g)]
      .map(([name]) => name)
      .filter((name) => !known.has(name))
      .map((name) => `${path}: ${name}`)
  })
  expect(unknown).toEqual([])
})

test('the README begins with the two lines that are enough', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8')
  const [start = '', run = ''] = /```sh\n([\s\S]*?)```/.exec(text)?.[1]?.split('\n') ?? []
  expect(start).toMatch(/^npm install && npm start\b/)
  expect(run).toMatch(/^npm install && npm test\b/)
  expect(text.indexOf('```sh')).toBeLessThan(40)
})
