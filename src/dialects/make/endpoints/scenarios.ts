import { z } from 'zod'
import type { Directory } from '../../../core/access/directory.ts'
import type { Principal } from '../../../core/access/principal.ts'
import { callbackUrlProblem } from '../../../core/callbacks/callback.ts'
import type { CallbackService } from '../../../core/callbacks/callback-service.ts'
import type { ToolRunner } from '../../../core/tools/tool-runner.ts'
import type { ToolService } from '../../../core/tools/tool-service.ts'
import { AppError, invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { unavailableEndpoint } from '../../../http/unavailable-endpoint.ts'
import { readAll } from '../../read-all.ts'
import { requireOwner, teamOf } from '../team.ts'
import {
  isScenario,
  namingInput,
  printBlueprint,
  printInterface,
  printScenario,
  printScenarioRun,
  readInterface,
  withArguments,
  type Scenario,
} from '../translate-scenarios.ts'
import { readNumber } from '../wire-common.ts'
import { anyQuery, pageReplySchema, printList } from '../wire-lists.ts'
import {
  blueprintSchema,
  interfaceBodySchema,
  interfaceReplySchema,
  scenarioListQuery,
  scenarioRunBodySchema,
  scenarioRunSchema,
  scenarioSchema,
} from '../wire-scenarios.ts'

const tag = 'Scenarios'
const scenarioParams = z.object({ scenarioId: z.string().meta({ examples: ['12'] }) })

interface ScenarioServices {
  access: { directory: Directory }
  tools: ToolService
  toolRunner: ToolRunner
  callbacks: Pick<CallbackService, 'send'>
}

/** The shared http tools of the workspace, newest first. */
async function allScenarios(tools: ToolService, principal: Principal): Promise<Scenario[]> {
  return (await readAll((part) => tools.list(principal, part))).filter(isScenario)
}

async function findScenario(tools: ToolService, principal: Principal, text: string): Promise<Scenario> {
  const tool = await tools.getByNumber(principal, readNumber(text, 'tool_not_found'))
  if (!isScenario(tool)) throw new AppError('tool_not_found')
  return tool
}

/** What this vendor calls scenarios: the tools that agents share and that this server calls over HTTP. */
export function scenarioEndpoints({ access, tools, toolRunner, callbacks }: ScenarioServices): Endpoint[] {
  const { directory } = access
  return [
    endpoint({
      id: 'scenarios.list',
      method: 'GET',
      path: '/scenarios',
      summary: 'List scenarios',
      tag,
      scope: 'tools:read',
      query: scenarioListQuery,
      reply: {
        status: 200,
        body: z.strictObject({ scenarios: z.array(scenarioSchema), pg: pageReplySchema }),
      },
      errors: ['workspace_forbidden'],
      async handle({ principal, query }) {
        await requireOwner(directory, principal, query)
        const teamId = await teamOf(directory, principal)
        const ids = query['id[]']
        const all = query.isActive === 'false' ? [] : await allScenarios(tools, principal)
        const wanted = ids === undefined ? all : all.filter(({ number }) => ids.includes(String(number)))
        const { items, pg } = printList(wanted, query, {
          id: (one) => one.number,
          name: (one) => one.definition.name,
          created: (one) => one.createdAt.getTime(),
          lastEdit: (one) => one.updatedAt.getTime(),
        })
        return { scenarios: items.map((one) => printScenario(one, teamId)), pg }
      },
    }),
    endpoint({
      id: 'scenarios.get',
      method: 'GET',
      path: '/scenarios/{scenarioId}',
      summary: 'Read a scenario',
      tag,
      scope: 'tools:read',
      params: scenarioParams,
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ scenario: scenarioSchema }) },
      errors: ['tool_not_found'],
      async handle({ principal, params }) {
        const tool = await findScenario(tools, principal, params.scenarioId)
        return { scenario: printScenario(tool, await teamOf(directory, principal)) }
      },
    }),
    endpoint({
      id: 'scenarios.interface.get',
      method: 'GET',
      path: '/scenarios/{scenarioId}/interface',
      summary: 'Read the inputs of a scenario',
      tag,
      scope: 'tools:read',
      params: scenarioParams,
      query: anyQuery,
      reply: { status: 200, body: interfaceReplySchema },
      errors: ['tool_not_found'],
      async handle({ principal, params }) {
        return printInterface(await findScenario(tools, principal, params.scenarioId))
      },
    }),
    endpoint({
      id: 'scenarios.interface.set',
      method: 'PATCH',
      path: '/scenarios/{scenarioId}/interface',
      summary: 'Set the inputs of a scenario',
      description: 'They become the arguments of the tool; runs use them from then on.',
      tag,
      scope: 'tools:write',
      params: scenarioParams,
      query: anyQuery,
      body: interfaceBodySchema,
      reply: { status: 200, body: interfaceReplySchema },
      errors: ['tool_not_found', 'feature_unavailable'],
      async handle({ principal, params, body }) {
        const { id } = await findScenario(tools, principal, params.scenarioId)
        const parameters = readInterface(body)
        const changed = await tools
          .update(principal, id, (current) => withArguments(current, parameters))
          .catch((error: unknown) => Promise.reject(namingInput(error)))
        if (!isScenario(changed)) throw new AppError('tool_not_found')
        return printInterface(changed)
      },
    }),
    endpoint({
      id: 'scenarios.blueprint.get',
      method: 'GET',
      path: '/scenarios/{scenarioId}/blueprint',
      summary: 'Read the blueprint of a scenario',
      description: 'Its one module is the call that the tool makes.',
      tag,
      scope: 'tools:read',
      params: scenarioParams,
      query: anyQuery,
      reply: { status: 200, body: blueprintSchema },
      errors: ['tool_not_found'],
      async handle({ principal, params }) {
        return printBlueprint(await findScenario(tools, principal, params.scenarioId))
      },
    }),
    endpoint({
      id: 'scenarios.run',
      method: 'POST',
      path: '/scenarios/{scenarioId}/run',
      summary: 'Run a scenario',
      description:
        'Calls the tool once and answers what came of it. A call that has begun is finished, whether or not the client waits for it.',
      tag,
      scope: 'runs:write',
      params: scenarioParams,
      query: anyQuery,
      body: scenarioRunBodySchema,
      bodyOptional: true,
      reply: { status: 200, body: scenarioRunSchema },
      errors: ['tool_not_found'],
      async handle({ principal, params, body, resourceId: id, dialect }) {
        const tool = await findScenario(tools, principal, params.scenarioId)
        const url = body?.callbackUrl ?? null
        const problem = url === null ? null : callbackUrlProblem(url)
        if (problem !== null) throw invalidField('callbackUrl', problem)
        const { signal } = new AbortController()
        const trial = { id, arguments: body?.data ?? {}, field: 'data', signal }
        const reply = printScenarioRun(id, await toolRunner.run(principal, tool.id, trial))
        if (url !== null) await callbacks.send(principal, { id, url, body: JSON.stringify(reply), dialect })
        return reply
      },
    }),
    endpoint({
      id: 'scenarios.start',
      method: 'POST',
      path: '/scenarios/{scenarioId}/start',
      summary: 'Activate a scenario',
      description: 'Every scenario here is active already.',
      tag,
      scope: 'tools:write',
      params: scenarioParams,
      query: anyQuery,
      reply: {
        status: 200,
        body: z.strictObject({ scenario: z.strictObject({ id: z.int(), isActive: z.literal(true) }) }),
      },
      errors: ['tool_not_found'],
      async handle({ principal, params }) {
        const { number } = await findScenario(tools, principal, params.scenarioId)
        return { scenario: { id: number, isActive: true as const } }
      },
    }),
    unavailableEndpoint({
      id: 'scenarios.create',
      method: 'POST',
      path: '/scenarios',
      summary: 'Make a scenario',
      tag,
      scope: 'tools:write',
      sentence:
        'Scenarios are not made of blueprints here: make a shared http tool with POST /v1/tools, and it is one.',
    }),
    unavailableEndpoint({
      id: 'scenarios.stop',
      method: 'POST',
      path: '/scenarios/{scenarioId}/stop',
      summary: 'Deactivate a scenario',
      tag,
      scope: 'tools:write',
      sentence: 'Scenarios are always active here; delete the shared tool to take one away.',
    }),
  ]
}
