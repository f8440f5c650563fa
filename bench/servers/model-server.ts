import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { paceOf, toolModel, type Pace } from '../models.ts'
import { instantAnswer, modelList, tokens, toolCallAnswer, toolResult } from './answers.ts'
import { serve } from './serve.ts'

// A Chat Completions server that costs next to nothing: the answers are written once, requests are searched, not
// parsed. It also holds the endpoint that the benchmark's tool calls.

const streamHeaders = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' }
const jsonHeaders = { 'content-type': 'application/json' }

function answer(body: string, response: ServerResponse): void {
  const model = /"model"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? ''
  response.writeHead(200, streamHeaders)
  const pace = paceOf(model)
  if (pace !== null) return paced(response, pace)
  const asksForTool = model === toolModel && !/"role"\s*:\s*"tool"/.test(body)
  response.end(asksForTool ? toolCallAnswer : instantAnswer)
}

/** Each token has its own time counted from the first, so lateness never adds up. */
function paced(response: ServerResponse, pace: Pace): void {
  const startedAt = performance.now()
  let sent = 1
  response.write(tokens.first)
  const next = () => {
    sent += 1
    if (sent >= pace.tokens) return void response.end(tokens.last)
    response.write(tokens.next)
    schedule()
  }
  const schedule = () => {
    timer = setTimeout(next, Math.max(0, startedAt + sent * pace.everyMs - performance.now()))
  }
  let timer: NodeJS.Timeout
  schedule()
  response.once('close', () => clearTimeout(timer))
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    request.resume()
    const found =
      request.url === '/v1/models' ? modelList : request.url?.startsWith('/tool/') ? toolResult : null
    response.writeHead(found === null ? 404 : 200, jsonHeaders).end(found ?? '{}')
    return
  }
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text: string) => (body += text))
  request.on('end', () => answer(body, response))
}

serve(createServer(handle))
