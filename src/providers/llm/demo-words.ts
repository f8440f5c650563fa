import type { ModelTool } from '../../ports/language-model.ts'

const stopWords = new Set(
  (
    'a an the and or but if then so of to in on at by for from with about into over my your our their his her its it is are was ' +
    'were be been am do does did can could would should will shall may might must have has had i you he she we they me him ' +
    'them us this that these those there here please just also not no yes ok hello hi hey thanks thank use using used tool ' +
    'given return returns get by id any all some one what when where which who why how tell need want like let user current'
  ).split(' '),
)

/** Words that mean the same to a person who asks for something. The first one stands for all. */
const sameWords = [
  'find search look lookup get fetch show check read list track view see retrieve query',
  'create open make file raise submit',
  'cancel abort',
  'delete remove erase',
  'send notify',
  'update change edit modify set',
  'book reserve schedule',
  'weather forecast temperature rain sunny snow',
  'refund reimburse',
  'order package parcel delivery shipment purchase',
  'price cost',
  'email mail',
  'ticket issue case',
  'calculate compute math sum plus minus times divided',
  'document knowledge policy manual handbook faq',
]

const readingVerb = 'find'
const actionVerbs = new Set(
  'create cancel delete send update book refund pay transfer call write post buy approve reject assign close'
    .split(' ')
    .map(rawStem),
)
const canonical = new Map<string, string>()
for (const group of sameWords) {
  const [first = '', ...others] = group.split(' ')
  for (const word of others) canonical.set(rawStem(word), rawStem(first))
}

/** The meaningful words of a text, each reduced to a common stem, without repetition. */
export function stems(text: string): Set<string> {
  const found = new Set<string>()
  for (const word of words(text)) {
    if (stopWords.has(word) || word.length < 2) continue
    found.add(stem(word))
  }
  return found
}

/** Lower-case words; `lookupOrder_id` has three. */
export function words(text: string): string[] {
  const spaced = text.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').replace(/['’]s\b/g, '')
  return spaced.toLowerCase().match(/\p{L}+|\d+/gu) ?? []
}

function stem(word: string): string {
  const plain = rawStem(word)
  return canonical.get(plain) ?? plain
}

function rawStem(word: string): string {
  let plain = word
  if (plain.length > 4 && plain.endsWith('ies')) plain = `${plain.slice(0, -3)}y`
  else if (plain.length > 3 && /[^su]s$/.test(plain)) plain = plain.slice(0, -1)
  if (plain.length > 5 && plain.endsWith('ing')) plain = plain.slice(0, -3)
  else if (plain.length > 4 && plain.endsWith('ed')) plain = plain.slice(0, -2)
  if (plain.length > 4 && plain.endsWith('e')) plain = plain.slice(0, -1)
  return plain.length > 4 && plain.at(-1) === plain.at(-2) ? plain.slice(0, -1) : plain
}

interface Match {
  tool: ModelTool
  score: number
  /** Words of the tool's name that the message has, verbs apart. */
  named: string[]
}

/** What stands before the verb of a request. */
const courtesy = /^\s*(?:(?:please|kindly|can you|could you|would you|i want to|i would like to)\s+)*/i
/** Below this a message is not clearly about a tool. */
const clear = 3

/**
 * The tools that a message is clearly about, best first. A second tool is taken only when its name adds a word of the
 * message that the tools before it leave over, so that `cancel_order` does not ride along with `lookup_order`.
 */
export function matchingTools(message: string, tools: readonly ModelTool[]): ModelTool[] {
  const asked = stems(message)
  // ORD-1042 speaks of an order.
  const prefixes = (message.match(/\b[A-Za-z]{3,}(?=[-_#]?\d)/g) ?? []).map((prefix) => prefix.toLowerCase())
  const isAsked = (word: string) => asked.has(word) || prefixes.some((prefix) => word.startsWith(prefix))
  const [opening = ''] = stems(message.replace(courtesy, '').trimStart().split(/\s/)[0] ?? '')
  const matches = tools
    .map((tool) => matchOf(tool, isAsked, opening))
    .filter((match) => match.score >= clear)
    .toSorted((one, other) => other.score - one.score)
  const chosen: ModelTool[] = []
  const covered = new Set<string>()
  for (const { tool, named } of matches) {
    if (chosen.length > 0 && named.every((word) => covered.has(word))) continue
    chosen.push(tool)
    for (const word of named) covered.add(word)
  }
  return chosen
}

function isVerb(word: string): boolean {
  return word === readingVerb || actionVerbs.has(word)
}

function matchOf(tool: ModelTool, isAsked: (word: string) => boolean, opening: string): Match {
  const nameWords = [...stems(tool.name)]
  const nouns = nameWords.filter((word) => !isVerb(word))
  const named = (nouns.length > 0 ? nouns : nameWords).filter(isAsked)
  const described = [...stems(tool.description ?? '')].filter((word) => word !== readingVerb && isAsked(word))
  const verbs = nameWords.filter((word) => isVerb(word) && isAsked(word))
  // Nothing is done to the world on the strength of a noun alone, unless it is the verb: "Email Bob …".
  const does = nameWords.some((word) => actionVerbs.has(word))
  const unasked = does && verbs.length === 0 && !named.includes(opening) ? 3 : 0
  return { tool, named, score: 3 * named.length + described.length + verbs.length - unasked }
}

/** A tool that searches in the agent's own documents. */
export function knowledgeTool(tools: readonly ModelTool[]): ModelTool | undefined {
  return tools.find((tool) =>
    /file_?search|knowledge|collection|documents?_?search|search_?(?:documents?|files)/i.test(tool.name),
  )
}

export function isQuestion(message: string): boolean {
  return (
    /\?\s*$/.test(message) ||
    /^(?:what|when|where|which|who|why|how|is|are|do|does|can|tell me)\b/i.test(message.trim())
  )
}

/** Greetings and questions about the model itself, which no document answers. */
export function isAboutItself(message: string): boolean {
  return (
    /^\s*(?:hi|hello|hey)\b[\s\S]{0,20}$/i.test(message) ||
    /\b(?:who|what) are you\b|\bwhat can you do\b/i.test(message)
  )
}
