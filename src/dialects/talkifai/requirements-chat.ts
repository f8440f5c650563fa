import type { Requirement } from '../requirement.ts'

/** What is promised of chatting with text agents. */
export const chatRequirements: readonly Requirement[] = [
  {
    id: 'talkifai.chat.session',
    source: 'documented',
    behaviour:
      'POST /v1/chat/sessions with a secret key answers 200 with conversation_id, session_token, agent_name, greeting and agent_model.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.session.greeting',
    source: 'chosen',
    behaviour:
      "The greeting is the agent's greetingMessage, without one a sentence in its first language, and null when the user speaks first; the model is told that it was said.",
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.session.inactive',
    source: 'chosen',
    behaviour: 'With a secret key an agent that is not active chats too.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.session.snapshot',
    source: 'chosen',
    behaviour:
      'A conversation keeps the configuration that its agent had at the beginning; of a deleted agent it is finished, and none begins.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.session.errors',
    source: 'documented',
    behaviour:
      'Without agent_id 400 "Agent ID is required", with no valid key 401 invalid_api_key, with an agent of nobody or of another organization 404 agent_not_found, with one that is no text agent 400 not_text_agent.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.session.repeat',
    source: 'chosen',
    behaviour:
      'A create that is repeated with its Idempotency-Key answers the same conversation with a new token; no token is stored.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.token',
    source: 'chosen',
    behaviour:
      'The session token is an HS256 JWT with iss, sub, cid, aid, oid, iat and exp, good for 24 hours and for its own conversation alone.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.bare_path',
    source: 'chosen',
    behaviour:
      '/v1/chat/sessions and what is below it is this API without a mount too, whatever the default.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.token.errors',
    source: 'documented',
    behaviour:
      'Without a valid session token 401 invalid_token, with that of another conversation 403 conversation_mismatch.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.framing',
    source: 'documented',
    behaviour:
      'Each event is one event line and one data line with a space behind the colon, ended by two LF; there is no id, and no comment before the first event.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.grammar',
    source: 'documented',
    behaviour:
      'A stream is stream_start, then chunk, tool_call and its tool_result, and at last stream_end with usage and end_session.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.tools',
    source: 'chosen',
    behaviour:
      'Tools called at once are shown one after another; a call that failed, or that waits for a person, has the status failed.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.end_session',
    source: 'documented',
    behaviour:
      'When the model called end_call (also end_session), stream_end has end_session true; the client then ends the conversation. lastMessage is what the model is told to say last.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.error',
    source: 'documented',
    behaviour: 'A failure after the stream began is its last event, error; one before it is an HTTP error.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.restart',
    source: 'chosen',
    behaviour:
      'When an answer that was shown in part is begun again, the stream ends with error, and the answer is in the history.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.stream.disconnect',
    source: 'chosen',
    behaviour: 'The answer is completed and stored when the client goes.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.crash',
    source: 'chosen',
    behaviour:
      'An answer whose server was killed is completed at the next start and is in the history; the token stays good.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.message.length',
    source: 'documented',
    behaviour: 'A message has 1 to 10,000 characters; a longer one is 400 message_too_long.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.order',
    source: 'documented',
    behaviour:
      'Messages of one conversation are answered one after another; one that waits for longer than 60 seconds is 409 session_busy.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.order.person',
    source: 'chosen',
    behaviour:
      'While an earlier message waits for a decision about a tool call, another one is 409 session_busy at once, and says so.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.memory',
    source: 'documented',
    behaviour: 'The model is shown the last 20 exchanges.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.functions_disabled',
    source: 'chosen',
    behaviour: 'An agent with functionCallingEnabled false has no tools in its chats.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.history',
    source: 'documented',
    behaviour:
      'The history has the greeting first, role, content, timestamp with +00:00 and token_count, no tool messages, in pages of limit (50, at most 100) and offset; count is how many are in the page.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.end',
    source: 'documented',
    behaviour:
      'Ending answers {success: true, message: "Session ended successfully"}, also with no body and a second time; a message after it is 410 session_ended.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.idle',
    source: 'documented',
    behaviour: 'A conversation in which nothing is said for 30 minutes has ended.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.widget_key',
    source: 'documented',
    behaviour:
      'A widget key (tk_widget_) begins conversations on pages of the domains that it allows, their subdomains and localhost; on other pages, and without an Origin, it is 403 origin_not_allowed.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.widget_key.only',
    source: 'documented',
    behaviour:
      'A widget key does nothing else: every other route refuses it with 403. A private agent it reaches only when it is of whoever the key belongs to.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.widget_key.inactive',
    source: 'chosen',
    behaviour: 'With a widget key an agent that is not active is 403 agent_inactive.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.widget_key.repeat',
    source: 'chosen',
    behaviour:
      'An Idempotency-Key beside a widget key is ignored: whoever guesses it would be given the conversation of somebody else.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.cors',
    source: 'chosen',
    behaviour:
      'Preflights of the chat are answered without a key, for Authorization, Content-Type and X-API-Key. A page of any origin may use a token that a secret key began; one that a widget key began is for pages of the domains of that key.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.cors.secret',
    source: 'chosen',
    behaviour: 'No page may read what a secret key answers, and no reply allows credentials or every origin.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.revoked',
    source: 'chosen',
    behaviour:
      'The conversations that a key began end when it is revoked or runs out; what is being answered is answered.',
    status: 'honoured',
  },
  {
    id: 'talkifai.chat.identity',
    source: 'documented',
    behaviour:
      'user_identifier is printed with the record of the conversation, metadata is kept with its runs; they link no memory between conversations.',
    status: 'echoed',
  },
]
