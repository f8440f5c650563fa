import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

export interface Import {
  /** A path from the root of the repository, or the name of a package. */
  target: string
  /** Erased when the file runs. */
  typeOnly: boolean
  /** Named by URL: it runs in a worker or process of its own. */
  apart: boolean
  /** What stands between `import` and `from`. */
  names: string
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  path: string
  /** Comments are blanked out; line numbers are kept. */
  code: string
  lines: number
  imports: Import[]
}

/** Every TypeScript file below these folders, tests included. */
export function sourceFiles(folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
      .map((name) => readSource(`${folder}/${name.replaceAll('\\', '/')}`)),
  )
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const code = withoutComments(text)
  return { path, code, lines: text.split('\n').length - 1, imports: importsOf(path, code) }
}

const statement = /^(?:import|export)\s+(type\s+)?([^'"`;]*?)\s*from\s*'([^']+)'/gm
const bare = /^import\s*'([^']+)'/gm
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g
/** How code names a file for a worker or another process. */
const byUrl = /\bnew URL\(\s*'(\.[^']+\.ts)'/g

function importsOf(path: string, code: string): Import[] {
  const resolve = (target: string) =>
    target.startsWith('.') ? normalize(join(dirname(path), target)).replaceAll('\\', '/') : target
  const imports: Import[] = []
  for (const [, type, names = '', target = ''] of code.matchAll(statement)) {
    imports.push({
      target: resolve(target),
      typeOnly: type !== undefined || onlyTypes(names),
      apart: false,
      names,
    })
  }
  for (const pattern of [bare, dynamic, byUrl]) {
    for (const [, target = ''] of code.matchAll(pattern)) {
      imports.push({ target: resolve(target), typeOnly: false, apart: pattern === byUrl, names: '' })
    }
  }
  return imports
}

/** `{ type A, type B }` is erased as a whole as far as values go. */
function onlyTypes(names: string): boolean {
  const inner = /^\{(.*)\}$/s.exec(names.trim())?.[1]
  const members =
    inner
      ?.split(',')
      .map((member) => member.trim())
      .filter((member) => member !== '') ?? []
  return members.length > 0 && members.every((member) => member.startsWith('type '))
}

/** Strings and templates are stepped over, so that what looks like a comment inside them stays. */
function withoutComments(text: string): string {
  const token = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
  return text.replace(token, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found))
}
