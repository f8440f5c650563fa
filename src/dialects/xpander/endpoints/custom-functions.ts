import type { Principal } from '../../../core/access/principal.ts'
import type { ToolService } from '../../../core/tools/tool-service.ts'
import type { WorkspaceTool } from '../../../core/tools/tool.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { readAll } from '../../read-all.ts'
import { withWireFields } from '../../wire-fields.ts'
import { isCustomFunction, type CustomFunction } from '../tools/custom-function.ts'
import type { XpanderServices } from '../index.ts'
import {
  argumentField,
  changedFunction,
  functionField,
  noFunction,
  printCall,
  printFunction,
  readNewFunction,
} from '../tools/translate-custom-functions.ts'
import { isUuid, pageOf, pageQuery, printPage, readPage } from '../wire-common.ts'
import {
  callBodySchema,
  callReplySchema,
  functionParams,
  functionPatchSchema,
  functionSchema,
  newFunctionSchema,
} from '../tools/wire-custom-functions.ts'

const tag = 'Custom functions'
const item = '/v1/custom_functions/{custom_function_id}'

type FunctionServices = Pick<XpanderServices, 'tools' | 'toolRunner'>

/** The function, or the vendor's sentence that there is none: other tools are none. */
function asFunction(tool: WorkspaceTool): CustomFunction {
  if (!isCustomFunction(tool)) throw noFunction()
  return tool
}

async function find(
  tools: Pick<ToolService, 'get'>,
  principal: Principal,
  text: string,
): Promise<CustomFunction> {
  if (!isUuid(text)) throw noFunction()
  return asFunction(await tools.get(principal, text.toLowerCase()))
}

/** The shared http tools of the workspace, which every API sees. */
export function customFunctionEndpoints({ tools, toolRunner }: FunctionServices): Endpoint[] {
  return [
    endpoint({
      id: 'xpander.functions.list',
      method: 'GET',
      path: '/v1/custom_functions',
      summary: 'List custom functions',
      description: 'Newest first.',
      tag,
      scope: 'tools:read',
      query: pageQuery,
      reply: { status: 200, body: pageOf(functionSchema) },
      errors: [],
      async handle({ principal, query }) {
        const all = (await readAll((part) => tools.list(principal, part))).filter(isCustomFunction)
        const { offset, limit } = readPage(query)
        return printPage(all.slice(offset, offset + limit).map(printFunction), all.length, query)
      },
    }),
    endpoint({
      id: 'xpander.functions.create',
      method: 'POST',
      path: '/v1/custom_functions',
      summary: 'Create a custom function',
      description:
        'A function is an HTTP request that the server makes when a model calls it, described by `http`; `source_code` is answered with 501.',
      tag,
      scope: 'tools:write',
      body: newFunctionSchema,
      reply: { status: 201, body: functionSchema },
      errors: ['feature_unavailable'],
      async handle({ principal, body, resourceId: id }) {
        const definition = readNewFunction(body)
        const made = await withWireFields(functionField, () => tools.create(principal, { id, definition }))
        return printFunction(asFunction(made))
      },
    }),
    endpoint({
      id: 'xpander.functions.get',
      method: 'GET',
      path: item,
      summary: 'Read a custom function',
      tag,
      scope: 'tools:read',
      params: functionParams,
      reply: { status: 200, body: functionSchema },
      errors: ['tool_not_found'],
      async handle({ principal, params }) {
        return printFunction(await find(tools, principal, params.custom_function_id))
      },
    }),
    endpoint({
      id: 'xpander.functions.update',
      method: 'PATCH',
      path: item,
      summary: 'Update a custom function',
      description: 'Only what is sent changes, within `http` too. Runs that begin afterwards use it.',
      tag,
      scope: 'tools:write',
      params: functionParams,
      body: functionPatchSchema,
      reply: { status: 200, body: functionSchema },
      errors: ['tool_not_found', 'tool_in_use', 'feature_unavailable'],
      async handle({ principal, params, body }) {
        const { id } = await find(tools, principal, params.custom_function_id)
        const changed = await withWireFields(functionField, () =>
          tools.update(principal, id, (current) => changedFunction(current, body)),
        )
        return printFunction(asFunction(changed))
      },
    }),
    endpoint({
      id: 'xpander.functions.delete',
      method: 'DELETE',
      path: item,
      summary: 'Delete a custom function',
      description: 'Refused while agents use it.',
      tag,
      scope: 'tools:write',
      params: functionParams,
      reply: { status: 204, body: null },
      errors: ['tool_not_found', 'tool_in_use'],
      async handle({ principal, params }) {
        const { id } = await find(tools, principal, params.custom_function_id)
        await tools.remove(principal, id)
      },
    }),
    endpoint({
      id: 'xpander.functions.execute',
      method: 'POST',
      path: `${item}/execute`,
      summary: 'Call a custom function',
      description:
        'Calls it once with the arguments in the body. A call that has begun is finished, whether or not the client waits for it.',
      tag,
      scope: 'runs:write',
      params: functionParams,
      body: callBodySchema,
      bodyOptional: true,
      reply: { status: 200, body: callReplySchema },
      errors: ['tool_not_found'],
      async handle({ principal, params, body, resourceId: id }) {
        const tool = await find(tools, principal, params.custom_function_id)
        const { signal } = new AbortController()
        const trial = { id, arguments: body ?? {}, field: 'body', signal }
        const result = await withWireFields(argumentField, () => toolRunner.run(principal, tool.id, trial))
        return printCall(result)
      },
    }),
  ]
}
