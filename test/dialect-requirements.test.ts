import { describe, expect, test } from 'vitest'
import { supportedDialects } from '../src/dialects/support.ts'
import { sourceFiles } from './support/source-files.ts'

const tests = sourceFiles(['test', 'src']).filter(({ code }) => /\bverifies\(/.test(code))

describe.each(supportedDialects.filter(({ requirements }) => requirements.length > 0))(
  'the requirements of $title',
  ({ name, requirements }) => {
    test('each have an id of their own, below the name of the dialect', () => {
      const ids = requirements.map(({ id }) => id)
      expect(ids.filter((id, index) => ids.indexOf(id) < index)).toEqual([])
      expect(ids.filter((id) => !new RegExp(`^${name}(\\.[a-z0-9_]+){1,4}$`).test(id))).toEqual([])
    })

    test('each are cited by a test', () => {
      const cited = new Set(tests.flatMap(({ code }) => code.match(/'[a-z]+(?:\.[a-z0-9_]+)+'/g) ?? []))
      expect(requirements.map(({ id }) => id).filter((id) => !cited.has(`'${id}'`))).toEqual([])
    })

    test('each are a sentence', () => {
      expect(
        requirements.filter(({ behaviour }) => !/^\S.*\.$/s.test(behaviour)).map(({ id }) => id),
      ).toEqual([])
    })
  },
)
