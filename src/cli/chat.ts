import { Command } from 'commander'
import { closestName } from '../config/closest.ts'
import { systemClock } from '../lib/clock.ts'
import { ChatRun, type RunEnding } from './chat-run.ts'
import { createChatView } from './chat-view.ts'
import type { ApiClient } from './client.ts'
import { connect, withConnectionFlags, type ConnectionFlags } from './context.ts'
import { CommandError, type ExitReason } from './exit.ts'
import { printable, type Paint } from './paint.ts'
import { createAsker, paintFor, type Terminal } from './terminal.ts'
import type { WireAgent } from './wire.ts'

const help = `
Examples:
  parley chat "Order Support" "Where is ORD-1042?"   one message, then exit
  parley chat order-support                          a conversation, until Ctrl-D
  parley chat agent_0123… --thread thread_0123…      go on with an earlier one

Ctrl-C asks the server to cancel the run; a second Ctrl-C leaves at once.`

const endings: Record<RunEnding, ExitReason> = {
  completed: 'ok',
  failed: 'failed',
  cancelled: 'interrupted',
  waiting: 'waiting',
}

interface ChatFlags extends ConnectionFlags {
  thread?: string
}

export function chatCommand(terminal: Terminal, finish: (reason: ExitReason) => void): Command {
  return withConnectionFlags(
    new Command('chat')
      .description('talk to an agent: text as it comes, tool calls, approvals')
      .argument('<agent>', 'id, slug or exact name of an agent')
      .argument('[message]', 'what to say; without it, a conversation starts')
      .option('--thread <id>', 'go on with this conversation'),
  )
    .addHelpText('after', help)
    .action(async (name: string, message: string | undefined, flags: ChatFlags) => {
      using connection = connect(flags)
      const agent = await findAgent(connection.client, name)
      const chat = new Chat(
        connection.client,
        agent,
        terminal,
        connection.config.noColor,
        flags.thread ?? null,
      )
      finish(endings[message === undefined ? await chat.converse() : await chat.say(message)])
    })
}

class Chat {
  readonly #client: ApiClient
  readonly #agent: WireAgent
  readonly #terminal: Terminal
  readonly #paint: Paint
  #threadId: string | null
  #run: ChatRun | null = null
  #interrupts = 0
  #leave = new AbortController()

  constructor(
    client: ApiClient,
    agent: WireAgent,
    terminal: Terminal,
    noColor: boolean,
    threadId: string | null,
  ) {
    this.#client = client
    this.#agent = agent
    this.#terminal = terminal
    this.#paint = paintFor(terminal.output, noColor)
    this.#threadId = threadId
  }

  async say(message: string): Promise<RunEnding> {
    return this.#listening((ask) => this.#runOnce(message, ask))
  }

  /** Line by line until the input ends. The ending of the last run is the ending of the conversation. */
  async converse(): Promise<RunEnding> {
    const remark = `Talking to ${printable(this.#agent.name)}. Ctrl-D ends the conversation.`
    this.#terminal.output.write(`${this.#paint.dim(remark)}\n`)
    return this.#listening(async (asker) => {
      let ending: RunEnding = 'completed'
      for (;;) {
        const line = await asker.ask(this.#paint.bold('you › '), this.#leave.signal)
        if (line === null) return ending
        if (line.trim() !== '') ending = await this.#runOnce(line, asker)
        if (ending === 'waiting') return ending
      }
    })
  }

  async #listening(talk: (asker: ReturnType<typeof createAsker>) => Promise<RunEnding>): Promise<RunEnding> {
    const interrupted = () => this.#interrupted()
    const stopListening = this.#terminal.onInterrupt(interrupted)
    const asker = createAsker(this.#terminal, interrupted)
    const left = new Promise<RunEnding>((resolve) => {
      this.#leave.signal.addEventListener('abort', () => resolve('cancelled'), { once: true })
    })
    const talking = talk(asker)
    talking.catch(() => {}) // when `left` wins, nobody waits for this one any more
    try {
      return await Promise.race([talking, left])
    } finally {
      stopListening()
      asker.close()
    }
  }

  async #runOnce(input: string, asker: ReturnType<typeof createAsker>): Promise<RunEnding> {
    const view = createChatView(this.#paint)
    this.#interrupts = 0
    this.#run = new ChatRun({
      client: this.#client,
      agentId: this.#agent.id,
      input,
      threadId: this.#threadId,
      view,
      paint: this.#paint,
      terminal: this.#terminal,
      asker,
      clock: systemClock,
    })
    try {
      const ending = await this.#run.follow()
      if (ending === 'waiting') this.#explainWaiting(this.#run.runId)
      return ending
    } finally {
      this.#threadId = this.#run.threadId
      this.#run = null
    }
  }

  #interrupted(): void {
    this.#interrupts += 1
    if (this.#run === null || this.#interrupts > 1) this.#leave.abort()
    else this.#run.cancel()
  }

  #explainWaiting(runId: string | null): void {
    this.#terminal.error.write(
      `parley: The run ${runId ?? ''} waits for an answer and there is nobody here to give it.\n` +
        `It stays as it is until somebody answers: GET /v1/runs/${runId ?? '{id}'} says what it waits for.\n`,
    )
  }
}

/** The agent with this id, slug or name. Throws a `CommandError` that names what there is instead. */
async function findAgent(client: ApiClient, name: string): Promise<WireAgent> {
  if (/^agent_[0-9A-Za-z]{22}$/.test(name)) return client.request<WireAgent>('GET', `/v1/agents/${name}`)
  const agents: WireAgent[] = []
  for await (const agent of client.list<WireAgent>('/v1/agents')) {
    if (agent.slug === name) return agent
    agents.push(agent)
  }
  const named = agents.filter((agent) => agent.name === name)
  const [only] = named
  if (only !== undefined && named.length === 1) return only
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ')
    throw new CommandError(
      'failed',
      `${named.length} agents have the name ${JSON.stringify(name)}.`,
      `Use an id: ${ids}.`,
    )
  }
  throw new CommandError(
    'failed',
    `There is no agent with the id, slug or name ${JSON.stringify(name)}.`,
    whatThereIs(name, agents),
  )
}

function whatThereIs(name: string, agents: WireAgent[]): string {
  if (agents.length === 0) return 'This workspace has no agent yet; create one with POST /v1/agents.'
  const meant = closestName(
    name,
    agents.map((agent) => agent.name),
  )
  if (meant !== null) return `Did you mean ${JSON.stringify(printable(meant))}?`
  const shown = agents.slice(0, 5).map((agent) => JSON.stringify(printable(agent.name)))
  return `There is ${shown.join(', ')}${agents.length > 5 ? `, and ${agents.length - 5} more` : ''}.`
}
