import { z } from 'zod'
import type { Principal } from '../../../core/access/principal.ts'
import { AppError, featureUnavailable, invalidField } from '../../../errors.ts'
import { authorize } from '../../../http/auth.ts'
import { endpoint, replyWith, type Endpoint, type EndpointRequest } from '../../../http/endpoint.ts'
import { uploadedFileSchema } from '../../../http/uploaded-file.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../../lib/json.ts'
import { withWireFields } from '../../wire-fields.ts'
import { findAgent } from '../agents/find-agent.ts'
import type { XpanderServices } from '../index.ts'
import { refuseOtherOrganization } from '../organization.ts'
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

/** Calling an agent from anywhere: with one URL, parameters in the query or the body, and the key in either. */
export function webhookEndpoints(services: XpanderServices, { longestWait = 1_200_000 } = {}): Endpoint[] {
  const { access, agents, runs } = services
  const starter = createTaskStarter(services)
  const { reader } = starter

  async function caller({ headers, query }: Request): Promise<Principal> {
    const authorization = headers('authorization')?.replace(bearer, '')
    const key = headers('x-api-key') || authorization || query['x-api-key']
    if (!key) throw new AppError('missing_key')
    const principal = await access.authenticate(key)
    authorize(principal, { scope: 'runs:write' })
    refuseOtherOrganization(headers, principal)
    return principal
  }

  /** The call as the agent's own mapping reads it, and what it began. */
  async function start(
    request: Request,
    principal: Principal,
  ): Promise<{ call: WebhookCall; started: StartedTask }> {
    const { query } = request
    const body = readFields(request.body ?? {})
    const { parameters } = readWebhook(query, body)
    const agent = await findAgent(agents, principal, readAgentName(parameters))
    const node = sourceNodes(agent.definition).find(({ type }) => type === 'webhook')
    if (node === undefined) {
      throw new AppError('agent_not_found', {
        detail:
          'This agent has no webhook. Add {"type": "webhook"} to its source_nodes with PATCH /v1/agents/{agent_id}.',
      })
    }
    const mapping = node.metadata['params_mapping']
    const call = readWebhook(query, body, isJsonObject(mapping) ? mapping : {})
    const task: TaskRequest = {
      principal,
      agent,
      invocation: invocationOf(call),
      version: undefined,
      entry: 'webhook',
      runId: request.resourceId,
      dialect: request.dialect,
      background: isOn(call.parameters.asynchronous),
      payload: call.payload,
    }
    return { call, started: await withWireFields(webhookField, () => starter.start(task)) }
  }

  /** The task once it has ended or is paused. */
  async function settled({ signal }: Request, principal: Principal, started: StartedTask): Promise<Task> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(longestWait)])
    if ('duplicateOf' in started) {
      const { duplicateOf: run } = started
      const { view } = await reader.openFromStart(principal, await reader.idOf(run), run)
      const events = await runs.follow(principal, run.id, { after: 0, signal: deadline })
      return printTask(await settleTask(view, events))
    }
    const events = runs.followAccepted(started.accepted, deadline)
    await started.accepted.stored
    return printTask(await settleTask(started.view, events))
  }

  async function handle(request: Request) {
    const principal = await caller(request)
    const { call, started } = await start(request, principal)
    if (!isOn(call.parameters.asynchronous)) {
      const headers: Record<string, string> =
        'duplicateOf' in started
          ? { 'x-duplicate-of': encodeURIComponent(await reader.idOf(started.duplicateOf)) }
          : {}
      return replyWith({ body: answer(call, await settled(request, principal, started)), headers })
    }
    if ('duplicateOf' in started) return { status: 'Duplicate' }
    await started.accepted.stored
    return { status: 'Started' }
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
        'feature_unavailable',
      ],
      handle,
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
