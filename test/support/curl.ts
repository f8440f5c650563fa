/** One request as a `curl` command says it. */
export interface CurlRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string | null
}

/**
 * Reads a `curl` command as a shell would: backslashes at line ends, single and double quotes, `$NAME` from `variables`
 * outside single quotes. Only the options that documentation uses are known.
 */
export function parseCurl(command: string, variables: Record<string, string> = {}): CurlRequest {
  const [program, ...words] = shellWords(command, variables)
  if (program !== 'curl') throw new Error(`Not a curl command: ${command}`)
  const request: CurlRequest = { method: 'GET', url: '', headers: {}, body: null }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') request.method = words.shift() ?? ''
    else if (word === '-d') request.body = words.shift() ?? ''
    else if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(/: (.*)/s)
      request.headers[name.toLowerCase()] = value
    } else if (word.startsWith('-')) throw new Error(`This option of curl is not known here: ${word}`)
    else request.url = word
  }
  return request
}

function shellWords(command: string, variables: Record<string, string>): string[] {
  const pieces = /\\\n|\s+|'([^']*)'|"([^"]*)"|([^\s'"\\]+)/g
  const words: string[] = []
  let word: string | null = null
  const add = (text: string) => {
    word = (word ?? '') + text
  }
  const expanded = (text: string) => text.replaceAll(/\$(\w+)/g, (_, name: string) => variables[name] ?? '')
  for (const [piece, single, double, bare] of command.trim().matchAll(pieces)) {
    if (single !== undefined) add(single)
    else if (double !== undefined) add(expanded(double))
    else if (bare !== undefined) add(expanded(bare))
    else if (/^\s|^\\\n/.test(piece) && word !== null) {
      words.push(word)
      word = null
    }
  }
  return word === null ? words : [...words, word]
}
