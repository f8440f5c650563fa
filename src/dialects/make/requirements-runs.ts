import type { Requirement } from '../requirement.ts'

/** What is promised of running agents, and of what runs leave behind. */
export const runRequirements: readonly Requirement[] = [
  {
    id: 'make.run.reply',
    source: 'documented',
    behaviour:
      'A run answers 200 with response, jsonResponse, executionSteps, executionTimeMs, threadId, tokenUsageSummary and lastAgentIterationId.',
    status: 'honoured',
  },
  {
    id: 'make.run.steps',
    source: 'documented',
    behaviour:
      'The steps are the system prompt, the messages of the request, and every answer and tool call in order; their token usage adds up to the summary.',
    status: 'honoured',
  },
  {
    id: 'make.run.clock_line',
    source: 'documented',
    behaviour:
      'The system step ends with "Current time (ISO): " and the time with a numeric offset, as the model was told it.',
    status: 'honoured',
  },
  {
    id: 'make.run.additional_prompt',
    source: 'documented',
    behaviour:
      'additionalSystemPrompt follows the system prompt, before the clock line; systemPrompt replaces it.',
    status: 'honoured',
  },
  {
    id: 'make.run.messages',
    source: 'documented',
    behaviour:
      'Several messages are a conversation whose last message is answered; the last one is of the user.',
    status: 'honoured',
  },
  {
    id: 'make.run.tools',
    source: 'documented',
    behaviour:
      'A tool call is a toolCalls entry with makeScenarioId, and its result a step of the role tool.',
    status: 'honoured',
  },
  {
    id: 'make.run.config_scenarios',
    source: 'documented',
    behaviour: 'config.scenarios replaces the tools of the agent for one run; [] means none.',
    status: 'honoured',
  },
  {
    id: 'make.run.config_model',
    source: 'observed',
    behaviour: 'config.llmConfig sets maxTokens, temperature and llmModel for one run.',
    status: 'honoured',
  },
  {
    id: 'make.run.config_model.foreign',
    source: 'chosen',
    behaviour: "A llmModel that is certainly not one of the agent's connection is 400.",
    status: 'honoured',
  },
  {
    id: 'make.run.output_parser',
    source: 'documented',
    behaviour: 'With an outputParser jsonResponse is valid under it, and response is still a string.',
    status: 'honoured',
  },
  {
    id: 'make.run.output_invalid',
    source: 'chosen',
    behaviour: 'Output that does not have the form asked for after two more attempts is 422.',
    status: 'honoured',
  },
  {
    id: 'make.run.mcp_configs',
    source: 'documented',
    behaviour: 'A non-empty config.mcpConfigs is 501.',
    status: 'refused',
  },
  {
    id: 'make.run.threads',
    source: 'documented',
    behaviour:
      'Without threadId every run begins a thread of its own; with the same threadId a run is shown the earlier iterations of it, as many as iterationsFromHistoryCount says.',
    status: 'honoured',
  },
  {
    id: 'make.run.thread_busy',
    source: 'chosen',
    behaviour:
      'Runs of one thread take turns; one that waits for longer than 60 seconds is cancelled and answers 409.',
    status: 'honoured',
  },
  {
    id: 'make.run.recursion_limit',
    source: 'chosen',
    behaviour:
      'A run that reaches recursionLimit answers 200 with the text that there is by then, and 422 when there is none.',
    status: 'honoured',
  },
  {
    id: 'make.run.timeouts',
    source: 'chosen',
    behaviour:
      'A model that does not answer within the timeout of a step is 504; a tool that does not is an error step.',
    status: 'honoured',
  },
  {
    id: 'make.run.model_failures',
    source: 'chosen',
    behaviour: 'A failed model provider is 502 with the error body.',
    status: 'honoured',
  },
  {
    id: 'make.run.validation',
    source: 'documented',
    behaviour: 'A bad request is 400 with one suberror for each wrong parameter.',
    status: 'honoured',
  },
  {
    id: 'make.run.disconnect',
    source: 'chosen',
    behaviour: 'A run goes on when its client has gone, and is stored.',
    status: 'honoured',
  },
  {
    id: 'make.run.idempotency',
    source: 'chosen',
    behaviour: 'A request that is repeated with its Idempotency-Key gets the same run, its failure included.',
    status: 'honoured',
  },
  {
    id: 'make.run.crash',
    source: 'chosen',
    behaviour:
      'A run whose server was killed goes on at the next start; its steps are those of a run that was never disturbed, and no tool is called twice.',
    status: 'honoured',
  },
  {
    id: 'make.stream.framing',
    source: 'documented',
    behaviour:
      'Events are event, id and one data line with no space after the colons, each with an id of its own.',
    status: 'honoured',
  },
  {
    id: 'make.stream.steps',
    source: 'documented',
    behaviour:
      'Only step events come until done; put together they are the reply of /run, which done carries.',
    status: 'honoured',
  },
  {
    id: 'make.stream.error',
    source: 'chosen',
    behaviour:
      'A run that fails after the first step ends the stream with an error event that carries the error body.',
    status: 'honoured',
  },
  {
    id: 'make.stream.deltas',
    source: 'chosen',
    behaviour: 'With deltas=1 the text comes as delta events with the id of the step that they become.',
    status: 'honoured',
  },
  {
    id: 'make.stream.restart',
    source: 'chosen',
    behaviour:
      'When an answer that was shown in part is begun again, the stream ends with an error event and the run goes on.',
    status: 'honoured',
  },
  {
    id: 'make.callback.same_json',
    source: 'documented',
    behaviour: 'The callbackUrl receives the JSON of the reply, or the error body, with X-Make-Thread-Id.',
    status: 'honoured',
  },
  {
    id: 'make.callback.respond_async',
    source: 'chosen',
    behaviour: 'With Prefer: respond-async a run answers 202 with its threadId at once.',
    status: 'honoured',
  },
  {
    id: 'make.callback.crash',
    source: 'chosen',
    behaviour: 'A callback is made although the server was killed in between.',
    status: 'honoured',
  },
  {
    id: 'make.threads.read',
    source: 'chosen',
    behaviour:
      'A thread lists its iterations with the steps that /run answered, those of other APIs included.',
    status: 'honoured',
  },
  {
    id: 'make.threads.delete',
    source: 'chosen',
    behaviour: 'A deleted thread is 404, and its threadId begins anew.',
    status: 'honoured',
  },
  {
    id: 'make.runs.history',
    source: 'chosen',
    behaviour: 'The runs of an agent are listed newest first, read one by one, and cancelled.',
    status: 'honoured',
  },
  {
    id: 'make.approvals.pending',
    source: 'chosen',
    behaviour:
      'A call that needs approval is a step with the status pending_approval and an approvalId; it is not made, and the run ends.',
    status: 'honoured',
  },
  {
    id: 'make.approvals.decide',
    source: 'chosen',
    behaviour:
      'Approving makes the call, with other args where they are given, and goes on with the same thread; rejecting tells the agent. Both answer as /run does, once.',
    status: 'honoured',
  },
]
