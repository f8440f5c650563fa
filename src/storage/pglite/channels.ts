/** A client that can be told of a notification. */
export interface Listener {
  emit(event: 'notification', message: { channel: string; payload: string; processId: number }): unknown
}

export interface ListenCommand {
  command: 'LISTEN' | 'UNLISTEN'
  /** The folded name of the channel; `*` for all. */
  channel: string
}

const listenForm = /^\s*(listen|unlisten)\s+(\*|"(?:[^"]|"")+"|[a-z_][\w$]*)\s*;?\s*$/i

/** The LISTEN or UNLISTEN that a text is, or null when it is another statement. */
export function listenCommand(text: string): ListenCommand | null {
  const match = listenForm.exec(text)
  if (match === null) return null
  const [, verb = '', name = ''] = match
  const channel = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
  return { command: verb.toLowerCase() === 'listen' ? 'LISTEN' : 'UNLISTEN', channel }
}

/** A channel as it is written in SQL. */
export function quoteChannel(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`
}

/**
 * Who listens to what. The server knows one session, so it stops listening when the last client of a channel goes;
 * among those that listen, notifications are handed out here.
 */
export class Channels {
  readonly #listeners = new Map<string, Set<Listener>>()

  /** Records a command of one client. True when the server must be told of it too. */
  apply(listener: Listener, { command, channel }: ListenCommand): boolean {
    if (command === 'LISTEN') return this.#add(listener, channel)
    if (channel === '*') throw new Error('Name the channel to UNLISTEN: the session is shared.')
    return this.#remove(listener, channel)
  }

  #add(listener: Listener, channel: string): boolean {
    const known = this.#listeners.get(channel)
    if (known === undefined) this.#listeners.set(channel, new Set([listener]))
    else known.add(listener)
    // Asking again costs little, and only the server's answer says that the channel is open.
    return true
  }

  #remove(listener: Listener, channel: string): boolean {
    const known = this.#listeners.get(channel)
    if (known === undefined || !known.delete(listener) || known.size > 0) return false
    this.#listeners.delete(channel)
    return true
  }

  /** Forgets a client whose session is gone. */
  drop(listener: Listener): void {
    for (const [channel, listeners] of this.#listeners) {
      if (listeners.delete(listener) && listeners.size === 0) this.#listeners.delete(channel)
    }
  }

  /** The channels of one client, as they are written in SQL. */
  of(listener: Listener): string[] {
    const names: string[] = []
    for (const [channel, listeners] of this.#listeners)
      if (listeners.has(listener)) names.push(quoteChannel(channel))
    return names
  }

  deliver(channel: string, payload: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) {
      listener.emit('notification', { channel, payload, processId: 0 })
    }
  }
}
