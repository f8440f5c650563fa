import { fileURLToPath } from 'node:url'
import { firstTextMark } from '../servers/answers.ts'
import { Child } from '../system/child.ts'
import { postRequest, type Subject, type Target } from './target.ts'

/** Starts one of the servers that speak Chat Completions themselves. */
async function startServer(name: string, file: string, args: string[] = []): Promise<Target> {
  const path = fileURLToPath(new URL(`../servers/${file}`, import.meta.url))
  const child = new Child(name, process.execPath, [path, ...args])
  const port = Number((await child.line(/listening (\d+)/))[1])
  return {
    port,
    firstMark: firstTextMark,
    endMark: 'data: [DONE]',
    serverPid: child.pid,
    pids: [child.pid],
    async request(model) {
      const messages = [{ role: 'user', content: 'hi' }]
      return postRequest(port, '/v1/chat/completions', {}, { model, messages, stream: true })
    },
    [Symbol.asyncDispose]: () => child.stop(),
  }
}

export function startModelServer(): Promise<Target> {
  return startServer('the model server', 'model-server.ts')
}

/** The bare streaming server that every number is held against. */
export function passThrough(modelPort: number): Subject {
  const start = () => startServer('the pass-through', 'pass-through.ts', [`${modelPort}`])
  return { name: 'pass-through', prepare: () => ({ start, async [Symbol.asyncDispose]() {} }) }
}
