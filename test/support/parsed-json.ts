/** JSON that a server sent. Each test knows what it asked for and looks at that; typing every reply would say it twice. */
export type ParsedJson = any // eslint-disable-line typescript/no-explicit-any
