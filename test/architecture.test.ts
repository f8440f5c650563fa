import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isTest, sourceFiles, type SourceFile } from './support/source-files.ts'

const root = join(import.meta.dirname, '..')
const source = sourceFiles(['src'])
const files = source.filter(({ path }) => !isTest(path))
const byPath = new Map(files.map((file) => [file.path, file]))

/**
 * What a part may import, beside itself: a folder, or a path inside one. Files directly in `src/` are the composition
 * root and may import everything; nothing imports them, `errors.ts` apart.
 */
const mayImport: Record<string, string[]> = {
  errors: [],
  lib: ['errors'],
  config: ['lib', 'errors'],
  ports: ['lib', 'errors', 'config'],
  storage: ['lib', 'errors', 'config', 'ports'],
  core: ['lib', 'errors', 'config', 'ports'],
  engine: ['lib', 'errors', 'config', 'ports', 'core'],
  providers: ['lib', 'errors', 'ports'],
  tools: ['lib', 'errors', 'ports', 'core/tools'],
  http: ['lib', 'errors', 'config', 'core/access'],
  dialects: ['lib', 'errors', 'ports', 'http', 'core'],
  telemetry: ['lib', 'config', 'core/events'],
  cli: ['lib', 'errors', 'config'],
}

/** Files that may import more than their part, each with what and why. */
const exceptions: { from: string | RegExp; to: string; reason: string }[] = [
  { from: /^src\/core\/.*-store\.ts$/, to: 'storage', reason: 'stores hold the queries' },
  {
    from: /^src\/core\/events\//,
    to: 'storage',
    reason: 'the journal and the tail are storage of their own',
  },
  { from: 'src/engine/run-engine.ts', to: 'storage', reason: 'the dispatcher shares the database’s pool' },
]

/** Each speaks one API. */
const dialectFolders = readdirSync(join(root, 'src/dialects'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** Where each list of parts stands, and which files must be in it. */
const lists: { list: string; members: RegExp }[] = [
  { list: 'src/storage/migrations/index.ts', members: /^src\/storage\/migrations\/\d{4}-.*\.ts$/ },
  ...dialectFolders.map((folder) => ({
    list: `src/dialects/${folder}/index.ts`,
    members: new RegExp(`^src/dialects/${folder}/endpoints/.*\\.ts$`),
  })),
  { list: 'src/surface.ts', members: /^src\/dialects\/[^/]+\/index\.ts$/ },
  { list: 'src/dialects/support.ts', members: /^src\/dialects\/[^/]+\/requirements\.ts$/ },
  { list: 'src/tools/index.ts', members: /^src\/tools\/[^/]*-tool\.ts$/ },
  { list: 'src/tools/builtin/builtin-tool.ts', members: /^src\/tools\/builtin\/(?!builtin-tool\.).*\.ts$/ },
  { list: 'src/providers/index.ts', members: /^src\/providers\/carriers\/.*\.ts$/ },
  { list: 'src/providers/index.ts', members: /^src\/providers\/documents\/.*\.ts$/ },
  { list: 'src/cli/program.ts', members: /^src\/cli\/(start|chat|keys|console|backup|restore|doctor)\.ts$/ },
]

/** The only files that may do what others must leave to them. Each one exists, or the list is out of date. */
const only = {
  readsEnvironment: ['src/config/load.ts'],
  callsOut: ['src/lib/egress.ts'],
  listens: ['src/http/listen.ts'],
  importsDispatcher: ['src/engine/run-engine.ts'],
}

function part(path: string): string {
  const [, first = ''] = path.split('/')
  if (path === 'src/errors.ts') return 'errors'
  return first.endsWith('.ts') ? 'root' : first
}

function isAllowed(file: SourceFile, target: string): boolean {
  const from = part(file.path)
  const to = part(target)
  if (from === to || from === 'root') return true
  const allowed = mayImport[from] ?? []
  if (allowed.some((one) => one === to || target.startsWith(`src/${one}/`))) return true
  return exceptions.some(
    (exception) =>
      exception.to === to &&
      (typeof exception.from === 'string' ? exception.from === file.path : exception.from.test(file.path)),
  )
}

/** The paths of the files for which this holds. */
function filesThat(predicate: (file: SourceFile) => boolean): string[] {
  return files.filter(predicate).map(({ path }) => path)
}

test('the test sees the source', () => {
  expect(files.length).toBeGreaterThan(50)
  expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(200)
})

test('every folder has its place in the import order', () => {
  const unknown = new Set(
    files.map(({ path }) => part(path)).filter((name) => name !== 'root' && !(name in mayImport)),
  )
  expect([...unknown]).toEqual([])
})

test('imports flow one way', () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(({ target }) => target.startsWith('src/') && !isAllowed(file, target))
      .map(({ target }) => `${file.path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('relative imports name files that exist', () => {
  const missing = files.flatMap((file) =>
    file.imports
      .filter(({ target }) => target.startsWith('src/') && !existsSync(join(root, target)))
      .map(({ target }) => `${file.path} imports ${target}`),
  )
  expect(missing).toEqual([])
})

test('the console knows of the server only the types of its own API', () => {
  const consoleFiles = sourceFiles(['console'])
  expect(consoleFiles.length).toBeGreaterThan(20)
  const wrong = consoleFiles.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => /^(src|test|scripts|bench)\//.test(target))
      .filter(({ target, typeOnly }) => !typeOnly || !/^src\/dialects\/native\/wire[^/]*\.ts$/.test(target))
      .map(({ target }) => `${path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('source never imports from tests, scripts or benchmarks', () => {
  const wrong = filesThat(({ imports }) =>
    imports.some(({ target }) => /^(test|scripts|bench|console)\//.test(target)),
  )
  expect(wrong).toEqual([])
})

test('no files import each other in a circle', () => {
  expect(
    findCycle((file) =>
      file.imports.filter(({ typeOnly, apart }) => !typeOnly && !apart).map(({ target }) => target),
    ),
  ).toBeNull()
})

test('no folders import each other in a circle', () => {
  const edges = new Map<string, Set<string>>()
  for (const file of files) {
    for (const { target } of file.imports) {
      if (!target.startsWith('src/') || part(target) === part(file.path)) continue
      edges.set(part(file.path), (edges.get(part(file.path)) ?? new Set()).add(part(target)))
    }
  }
  const mutual = [...edges].flatMap(([from, targets]) =>
    [...targets].filter((to) => reaches(edges, to, from)).map((to) => `${from} and ${to}`),
  )
  expect(mutual).toEqual([])
})

test('core knows no vendor and no HTTP status', () => {
  // One vendor's name is an everyday word, so only the name of its dialect as text, or in another name, counts.
  const vendor =
    /\b(openai|anthropic|claude|gpt|xai|grok|talkifai|xpander|mistral|groq|ollama)\b|(['"])make\2|\bx-make-|\bmake(?:Scenario|Connection|Agent)/i
  const status = /\b(?:status|statusCode)\s*(?:[=!<>]=*|:)\s*[1-5]\d\d\b/
  const core = files.filter(({ path }) => path.startsWith('src/core/'))
  expect(core.length).toBeGreaterThan(20)
  expect(core.filter(({ code }) => vendor.test(code)).map(({ path }) => path)).toEqual([])
  expect(core.filter(({ code }) => status.test(code)).map(({ path }) => path)).toEqual([])
})

test('only the loader reads the environment', () => {
  expect(filesThat(({ code }) => readsEnvironment(code))).toEqual(only.readsEnvironment)
})

test('only the guarded way out makes requests', () => {
  const clients = /^node:(https?|http2|net|tls|dgram)$|^undici$|^axios$|^got$/
  const callers = filesThat(({ path, code, imports }) => {
    const byImport = imports.some(({ target, typeOnly, names }) => {
      if (typeOnly || !clients.test(target)) return false
      // Names that do not open a connection by themselves.
      const harmless =
        /^\{[^}]*\}$/s.test(names.trim()) &&
        !/\b(request|get|Agent|ClientRequest|connect|Socket|createConnection|createSocket)\b/.test(names)
      return !harmless
    })
    const listens = only.listens.includes(path)
    return (byImport && !listens) || /(?<![.\w])fetch\(|new WebSocket\(|new EventSource\(/.test(code)
  })
  expect(callers).toEqual(only.callsOut)
})

test('only the listener listens', () => {
  const listeners = filesThat(({ code, imports }) => {
    const server = imports.some(
      ({ target, names }) => /^node:(https?|http2|net|tls)$/.test(target) && /\bcreateServer\b/.test(names),
    )
    return server || /\bserve\(/.test(code)
  })
  expect(listeners).toEqual(only.listens)
})

test('only the run engine knows the dispatcher', () => {
  const users = filesThat(({ imports }) => imports.some(({ target }) => target.startsWith('@dbos-inc/')))
  expect(users).toEqual(only.importsDispatcher)
})

test('only providers and ports know the model vendors’ packages', () => {
  const users = filesThat(({ imports }) => imports.some(({ target }) => target.startsWith('@ai-sdk/')))
  expect(users.filter((path) => !/^src\/(ports|providers)\//.test(path))).toEqual([])
})

test.each(lists)('$list holds every file that belongs into it: $members', ({ list, members }) => {
  const wanted = files.filter(({ path }) => members.test(path)).map(({ path }) => path)
  const listed = reachable(list, (path) => members.test(path))
  expect(wanted.length).toBeGreaterThan(0)
  expect(wanted.filter((path) => !listed.has(path))).toEqual([])
})

test('the lists of this test name what exists', () => {
  const named = [
    ...Object.values(only).flat(),
    ...lists.map(({ list }) => list),
    ...exceptions.map(({ from }) => from).filter((from) => typeof from === 'string'),
  ]
  expect(named.filter((path) => !byPath.has(path))).toEqual([])
  const idle = exceptions.filter(
    ({ from, to }) =>
      !files.some(
        ({ path, imports }) =>
          (typeof from === 'string' ? from === path : from.test(path)) &&
          imports.some(({ target }) => part(target) === to),
      ),
  )
  expect(idle).toEqual([])
})

test('no file has more than 400 lines', () => {
  expect(filesThat(({ lines }) => lines > 400)).toEqual([])
})

test('file names are in kebab case', () => {
  const wrong = filesThat(({ path }) => !/^src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path))
  expect(wrong).toEqual([])
})

/** What a list imports, directly or through files that belong into it themselves. */
function reachable(
  list: string,
  isMember: (path: string) => boolean,
  found = new Set<string>(),
): Set<string> {
  for (const { target } of byPath.get(list)?.imports ?? []) {
    if (found.has(target) || !isMember(target)) continue
    found.add(target)
    reachable(target, isMember, found)
  }
  return found
}

/** A circle of imports as paths, or null when there is none. */
function findCycle(targetsOf: (file: SourceFile) => string[]): string[] | null {
  const done = new Set<string>()
  const visit = (path: string, way: string[]): string[] | null => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
    const file = byPath.get(path)
    if (file === undefined || done.has(path)) return null
    for (const target of targetsOf(file)) {
      const cycle = visit(target, [...way, path])
      if (cycle !== null) return cycle
    }
    done.add(path)
    return null
  }
  for (const { path } of files) {
    const cycle = visit(path, [])
    if (cycle !== null) return cycle
  }
  return null
}

function reaches(
  edges: Map<string, Set<string>>,
  from: string,
  to: string,
  seen = new Set<string>(),
): boolean {
  if (seen.has(from)) return false
  seen.add(from)
  return [...(edges.get(from) ?? [])].some((next) => next === to || reaches(edges, next, to, seen))
}

/** Handing the environment to the loader is not reading it. */
function readsEnvironment(code: string): boolean {
  return /\bprocess\s*(?:\.\s*env\b|\[)|\benv\b[^'\n]*from 'node:process'/.test(
    code.replaceAll('loadConfig(process.env', 'loadConfig('),
  )
}
