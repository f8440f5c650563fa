import type { Requirement } from '../../requirement.ts'

/** Calling an agent by its webhook. */
export const webhookRequirements: readonly Requirement[] = [
  {
    id: 'xpander.webhook.agent_id',
    source: 'documented',
    behaviour: 'From query or body; without it 400 `agent_id is required`.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.key',
    source: 'documented',
    behaviour:
      'The key stands in `x-api-key`, as a header or in the query: without it 401, with a wrong one 403.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.node',
    source: 'chosen',
    behaviour: 'An agent without a webhook among its source nodes is 404 with a sentence how to add it.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.prompt',
    source: 'documented',
    behaviour: 'The text; without it `message`; without either 422.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.asynchronous',
    source: 'documented',
    behaviour:
      'With it the answer is `{"status":"Started"}` at once; `{"status":"Duplicate"}` for what is taken once.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.task_id',
    source: 'documented',
    behaviour: 'The id of the task, to go on with one.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.user',
    source: 'documented',
    behaviour:
      '`user_id`, `user_email`, `user_first_name` and `user_last_name` are the end user; without an email it is `<user_id>@unknown.local`.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.getter',
    source: 'documented',
    behaviour: 'Only what is at this dot path of the reply is answered; JSON in `result` is read on the way.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.json',
    source: 'documented',
    behaviour: 'The result is read as JSON and answered alone.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.params_mapping',
    source: 'documented',
    behaviour:
      "Parameters from dot paths of the body, before the query; the source node's `metadata.params_mapping` where the request has none.",
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.user_tokens',
    source: 'documented',
    behaviour: 'Tokens of end users are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.webhook.disable_attachment_injection',
    source: 'documented',
    behaviour: 'Is printed as it was sent.',
    status: 'echoed',
  },
  {
    id: 'xpander.webhook.source_node_id',
    source: 'documented',
    behaviour: 'Is ignored.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.rest',
    source: 'chosen',
    behaviour: 'What else is in the body is appended to the prompt as JSON.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.precedence',
    source: 'documented',
    behaviour: 'The query goes before the body.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.forms',
    source: 'documented',
    behaviour: 'JSON, `application/x-www-form-urlencoded` and `multipart/form-data` are read.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.files',
    source: 'documented',
    behaviour: 'A file in a form is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.webhook.reply',
    source: 'documented',
    behaviour: 'The answer is the task and `completed_at`.',
    status: 'honoured',
  },
  {
    id: 'xpander.webhook.idempotency',
    source: 'chosen',
    behaviour:
      'A repeated Idempotency-Key gets the same task again, also with the API key in the query; with another query or body it is 422.',
    status: 'honoured',
  },
]
