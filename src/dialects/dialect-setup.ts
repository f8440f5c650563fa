/** How a client of one dialect is set up against this server: what the console shows, and `GET /v1/setup` answers. */
export interface DialectSetup {
  /** The dialect's name. */
  name: string
  /** The API, for people. */
  title: string
  /** What a client's base URL has behind this server's address; empty: nothing. */
  basePath: string
  /** The header a client sends its key in, up to the key. */
  keyHeader: string
  /** What to change in a client that works already, as a sentence. */
  note: string
  /** A call that reads something, and so works at once. Its path is the whole one. */
  example: { title: string; path: string }
}
