import { join } from 'node:path'
import type { Config } from './config/load.ts'
import { exampleQuestion, type Example } from './first-start.ts'
import { printId } from './lib/ids.ts'
import type { Server } from './server.ts'

/** What a person is told once the server answers: where it is, how to get in, and a first call that works when pasted. */
export function printStart(
  server: Server,
  options: { config: Config; version: string; example: Example | null; signIn: string | null },
): void {
  const { config, version, example, signIn } = options
  const [listener] = server.listeners
  const certificate = config.tls?.selfSigned ? config.tls.cert : null
  const url = config.publicUrl ?? listener?.url ?? ''
  const { key, created } = server.ownerKey
  const keyFile = join(config.dataDir, 'owner-key')
  const lines = [
    '',
    `Parley ${version} is ready at ${url}`,
    '',
    ...(signIn === null
      ? [`  Console    ${url}/console  (sign in with an API key)`]
      : [`  Console    ${signIn}  (signs in once, within 15 minutes)`]),
    `  API        ${url}/v1, described at ${url}/openapi.json`,
    ...(certificate === null
      ? []
      : [
          `  TLS        ${server.listeners.at(-1)?.url}  (self-signed: give clients ${certificate} as an authority)`,
        ]),
    `  Model      ${server.defaultModel.name} (${server.defaultModel.why})`,
    `  Data       ${config.databaseUrl === null ? `${config.dataDir} (embedded database)` : 'PostgreSQL, from DATABASE_URL'}`,
    `  Process    ${process.pid}  (stops with SIGTERM or Ctrl-C; try kill -9)`,
    created
      ? `  Owner key  ${key}  (shown this once; kept in ${keyFile})`
      : `  Owner key  in ${config.ownerKey === null ? keyFile : 'PARLEY_OWNER_KEY'}`,
  ]
  if (example) {
    // A public URL has a certificate of its own: that of the proxy in front.
    const trusted = config.publicUrl === null && url.startsWith('https:') ? certificate : null
    const keyText = config.ownerKey === null ? `$(cat '${keyFile}')` : '$PARLEY_OWNER_KEY'
    lines.push(
      '',
      ...(example.isNew && example.run.output
        ? ['It has already answered once:', `  “${exampleQuestion}”`, `  “${example.run.output}”`, '']
        : []),
      'Ask the example agent yourself:',
      '',
      `  curl ${trusted === null ? '' : `--cacert '${trusted}' `}${url}/v1/agents/${printId('agent', example.agentId)}/runs \\`,
      `    -H "Authorization: Bearer ${keyText}" \\`,
      `    -H 'Content-Type: application/json' \\`,
      `    -d '{"input": "${exampleQuestion}"}'`,
      '',
      `Or talk to it: ${trusted === null ? '' : `NODE_EXTRA_CA_CERTS='${trusted}' `}npm run parley -- chat "Order Support" --url ${url} --key "${keyText}"`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n\n`)
}
