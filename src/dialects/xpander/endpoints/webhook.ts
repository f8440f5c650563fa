import { z } from 'zod'
import type { Principal } from '../../../core/access/principal.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import { AppError, featureUnavailable, invalidField } from '../../../errors.ts'
import { authorize } from '../../../http/auth.ts'
import {
  endpoint,
  replyWith,
  type Endpoint,
  type EndpointRequest,
  type FirstRequest,
} from '../../../http/endpoint.ts'
import { uploadedFileSchema } from '../../../http/uploaded-file.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../../lib/json.ts'
import { withWireFields } from '../../wire-fields.ts'
import { findAgent } from '../agents/find-agent.ts'
import type { XpanderServices } from '../index.ts'
import { refuseOtherOrganization } from '../organization.ts'
import { createEarlierTasks } from '../tasks/earlier-tasks.ts'
import { printTask } from '../tasks/print-task.ts'
import { settleTask } from '../tasks/settle-task.ts'
import { sourceNodes } from '../agents/source-nodes.ts'
import { createTaskStarter, type StartedTask, type TaskRequest } from '../tasks/task-starter.ts'
import {
  invocationOf,
  readAgentName,
  readWebhook,
  valueAt,
  webhookField,
  type WebhookCall,
} from '../tasks/webhook-parameters.ts'
import { webhookQuery } from '../tasks/wire-invoke.ts'
import type { Task } from '../tasks/wire-tasks.ts'

const bodySchema = z
  .record(z.string(), z.union([z.json(), uploadedFileSchema]))
  .describe('Parameters as in the query, which goes before; everything else is given to the agent.')
  .meta({ examples: [{ agent_id: '01980f4e-0000-7000-8000-000000000001', prompt: 'Hello' }] })

const replySchema = z.unknown().describe('The task and `completed_at`, or what was picked of it.')

type Request = EndpointRequest<
  unknown,
  z.output<typeof webhookQuery>,
  z.output<typeof bodySchema> | undefined
>

const bearer = /^(?:bearer|token) +/i

/** Calling an agent from anywhere: with one URL, parameters in its query or the body, the key in the query or a header. */
export function webhookEndpoints(services: XpanderServices, { longestWait = 1_200_000 } = {}): Endpoint[] {
  const { access, agents, runs } = services
  const starter = createTaskStarter(services)
  const { reader } = starter
  const earlier = createEarlierTasks({ runs, reader, longestWait })

  async function authenticate({ headers, query }: Pick<Request, 'headers' | 'query'>): Promise<Principal> {
    const authorization = headers('authorization')?.replace(bearer, '')
    const key = headers('x-api-key') || authorization || query['x-api-key']
    if (!key) throw new AppError('missing_key')
    const principal = await access.authenticate(key)
    authorize(principal, { scope: 'runs:write' })
    refuseOtherOrganization(headers, principal)
    return principal
  }

  /** The call as the agent's own mapping reads it. */
  async function read({ principal, query, body }: Request): Promise<{ agent: Agent; call: WebhookCall }> {
    const fields = readFields(body ?? {})
    const { parameters } = readWebhook(query, fields)
    const agent = await findAgent(agents, principal, readAgentName(parameters))
    const node = sourceNodes(agent.definition).find(({ type }) => type === 'webhook')
    if (node === undefined) {
      throw new AppError('agent_not_found', {
        detail:
          'This agent has no webhook. Add {"type": "webhook"} to its source_nodes with PATCH /v1/agents/{agent_id}.',
      })
    }
    const mapping = node.metadata['params_mapping']
    return { agent, call: readWebhook(query, fields, isJsonObject(mapping) ? mapping : {}) }
  }

  async function start(request: Request, agent: Agent, call: WebhookCall): Promise<StartedTask> {
    const task: TaskRequest = {
      principal: request.principal,
      agent,
      invocation: invocationOf(call),
      version: undefined,
      entry: 'webhook',
      runId: request.resourceId,
      dialect: request.dialect,
      background: isOn(call.parameters.asynchronous),
      payload: call.payload,
    }
    return await withWireFields(webhookField, () => starter.start(task))
  }

  async function handle(request: Request) {
    const { agent, call } = await read(request)
    const started = await start(request, agent, call)
    const later = isOn(call.parameters.asynchronous)
    if ('duplicateOf' in started) {
      const { duplicateOf: run } = started
      if (later) return { status: 'Duplicate' }
      const body = answer(call, await earlier.waitFor(request, run))
      return replyWith({ body, headers: await earlier.headersOf(run) })
    }
    const { accepted, view } = started
    const deadline = AbortSignal.any([request.signal, AbortSignal.timeout(longestWait)])
    const events = later ? null : runs.followAccepted(accepted, deadline)
    await accepted.stored
    return events === null ? { status: 'Started' } : answer(call, printTask(await settleTask(view, events)))
  }

  async function reattach(request: Request, first: FirstRequest) {
    const run = await earlier.find(request, first)
    if (run === null) return await handle(request)
    const { call } = await read(request)
    if (isOn(call.parameters.asynchronous)) return { status: 'Started' }
    return answer(call, await earlier.waitFor(request, run))
  }

  return ['/webhook/', '/webhook'].map((path, index) =>
    endpoint({
      id: index === 0 ? 'xpander.webhook.invoke' : 'xpander.webhook.invoke_without_slash',
      method: 'POST',
      path,
      summary: 'Run an agent by its webhook',
      description:
        'For agents with a webhook among their source nodes. JSON or a form; what is no parameter is given to the agent. Answers with the task and `completed_at`, or with what `getter` and `json` pick of it; with `asynchronous` at once. The key stands in `x-api-key`, as a header or in the query.',
      tag: 'Webhook',
      scope: null,
      ownCredential: true,
      query: webhookQuery,
      body: bodySchema,
      bodyOptional: true,
      multipart: true,
      urlencoded: true,
      reply: { status: 200, body: replySchema },
      errors: [
        'missing_key',
        'invalid_key',
        'missing_scope',
        'workspace_forbidden',
        'agent_not_found',
        'agent_disabled',
        'agent_has_no_version',
        'thread_of_other_agent',
        'daily_limit_reached',
        'duplicate_run',
        'feature_unavailable',
      ],
      authenticate,
      handle,
      reattach,
    }),
  )
}

const isOn = (flag: unknown): boolean => flag === true

/** The fields of a body, which must not be files. */
function readFields(body: Record<string, unknown>): JsonObject {
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array)
      throw featureUnavailable(name, 'files are not read in this version; send their text')
  }
  const fields: unknown = { ...body }
  if (!isJsonObject(fields)) throw invalidField('body', 'must be an object')
  return fields
}

/** What of a task the caller asked for. */
function answer({ parameters }: WebhookCall, task: Task): JsonValue {
  const whole = { ...task, completed_at: task.finished_at } as unknown as JsonObject // a task is plain JSON
  if (parameters.getter) return valueAt(whole, parameters.getter) ?? null
  if (!isOn(parameters.json)) return whole
  return task.result === null ? null : (parseJson(task.result) ?? task.result)
}
