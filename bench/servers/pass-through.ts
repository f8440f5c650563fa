import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { serve } from './serve.ts'

// The least a server between a client and a model can do: one request in, one out, the stream piped back.
// It stores nothing, checks nothing and runs no tools.

const [, , modelPort = ''] = process.argv
const agent = new Agent({ keepAlive: true })

function handle(request: IncomingMessage, response: ServerResponse): void {
  const upstream = httpRequest(
    {
      agent,
      host: '127.0.0.1',
      port: Number(modelPort),
      method: request.method,
      path: request.url,
      headers: request.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  upstream.on('error', () => response.destroy())
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy()
  })
  request.pipe(upstream)
}

serve(createServer(handle))
