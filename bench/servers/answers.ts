/** What one answer of the model server is made of, written once and reused for every request. */

const chunk = (choices: string, usage = 'null') =>
  `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",` +
  `"choices":[${choices}],"usage":${usage}}\n\n`

const delta = (content: string, finish = 'null') =>
  chunk(`{"index":0,"delta":${content},"finish_reason":${finish}}`)

const role = delta('{"role":"assistant","content":""}')
const word = (text: string) => delta(`{"content":${JSON.stringify(text)}}`)
const end = (reason: string) =>
  delta('{}', `"${reason}"`) +
  chunk('', '{"prompt_tokens":9,"completion_tokens":60,"total_tokens":69}') +
  'data: [DONE]\n\n'

/** What the first piece of text of every answer looks like on the wire. */
export const firstTextMark = '"content":"The'

/** The whole answer at once. */
export const instantAnswer = Buffer.from(
  role + word('The order') + word(' has been') + word(' shipped.') + end('stop'),
)

/** Asks for the tool `lookup` once. */
export const toolCallAnswer = Buffer.from(
  role +
    delta(
      '{"tool_calls":[{"index":0,"id":"call_bench","type":"function","function":{"name":"lookup","arguments":""}}]}',
    ) +
    delta('{"tool_calls":[{"index":0,"function":{"arguments":"{\\"id\\":\\"1042\\"}"}}]}') +
    end('tool_calls'),
)

/** The pieces of an answer that arrives token by token. */
export const tokens = {
  first: Buffer.from(role + word('The')),
  next: Buffer.from(word(' word')),
  last: Buffer.from(word(' end.') + end('stop')),
}

export const modelList = '{"object":"list","data":[{"id":"bench-instant","object":"model"}]}'
export const toolResult = '{"id":"1042","status":"shipped"}'
