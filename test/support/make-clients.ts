import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { JsonObject } from '../../src/lib/json.ts'
import { checkReply } from './http-reply.ts'
import { makeScenario, makeTeam, type MakeTeam } from './make-team.ts'
import { startTestServer, type TestServer } from './server.ts'
import { startToolSite, type ToolSite } from './tool-site.ts'

/** A server that the vendor's clients can be aimed at: with TLS beside plain HTTP, the demo model, and one scenario. */
export interface MakeHome extends AsyncDisposable {
  server: TestServer
  site: ToolSite
  team: MakeTeam
  /** Number of the scenario `find_order`, which answers `{ order, state }`. */
  scenarioId: number
  /** Host and port of plain HTTP. */
  plain: string
  /** Host and port of TLS. */
  secure: string
  /** What a client needs in its environment: it speaks HTTPS to `zone` and trusts this server's certificate. */
  clientEnvironment(zone?: string): Record<string, string>
}

export async function startMakeHome(): Promise<MakeHome> {
  const server = await startTestServer({
    env: { PARLEY_TLS: 'self-signed', PARLEY_TLS_PORT: '0', PARLEY_DEFAULT_MODEL: 'demo/demo' },
    hooks: { onReply: checkReply },
  })
  const site = await startToolSite()
  site.answer('/orders/', ({ path }) => ({
    body: { order: path.slice('/orders/'.length), state: 'shipped' },
  }))
  const team = await makeTeam(server)
  const scenarioId = await makeScenario(team, server, findOrder(site))
  const [plain = '', secure = ''] = server.server.listeners.map(({ url }) => new URL(url).host)
  return {
    server,
    site,
    team,
    scenarioId,
    plain,
    secure,
    clientEnvironment: (zone = secure) => ({
      PATH: process.env['PATH'] ?? '',
      HOME: server.dataDir,
      NODE_EXTRA_CA_CERTS: join(server.dataDir, 'tls', 'cert.pem'),
      MAKE_API_KEY: team.key,
      MAKE_ZONE: zone,
      MAKE_TEAM: String(team.teamId),
    }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await site[Symbol.asyncDispose]()
    },
  }
}

function findOrder(site: ToolSite): JsonObject & { name: string } {
  return {
    name: 'find_order',
    description: 'Finds an order by its number.',
    method: 'GET',
    url: `${site.url}/orders/{order_id}`,
    parameters: {
      type: 'object',
      properties: {
        order_id: { type: 'string', description: 'Number of the order.' },
        urgent: { type: 'boolean' },
      },
      required: ['order_id'],
    },
  }
}

/** Runs a Node program to its end. */
export async function runProgram(
  program: string,
  words: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[code], output, errors] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>, // the event's arguments
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, output, errors }
}
