import { END_MARK, words } from './words.ts'

/** Size names a request. */
export type Size = '1k' | '56k' | '200k'

interface Turn {
  readonly question: string
  readonly callId: string
  readonly args: Readonly<Record<string, unknown>>
  readonly result: string
  readonly answer: string
}

interface Tool {
  readonly name: string
  readonly description: string
  readonly schema: object
}

/** Conversation is what a request says, in whatever format. */
export interface Conversation {
  readonly system: string
  /** A turn is a question, the model's call of a tool, the tool's result and the model's answer. */
  readonly turns: readonly Turn[]
  readonly last: string
  readonly tools: readonly Tool[]
}

const MAX_TOKENS = 1024
const TEMPERATURE = 0.7

/** SETTINGS are the parameters of every request. */
export const SETTINGS = { maxTokens: MAX_TOKENS, temperature: TEMPERATURE } as const

const SIZES: Readonly<Record<Size, { readonly turns: number; readonly tools: number; readonly chars: number }>> = {
  '1k': { turns: 0, tools: 0, chars: 0 },
  '56k': { turns: 13, tools: 12, chars: 3000 },
  '200k': { turns: 100, tools: 24, chars: 1480 }
}

const turn = (n: number, chars: number): Turn => ({
  question: words(chars * 0.23, n),
  callId: `call_${n}`,
  args: {
    path: `src/module-${n}/file.ts`,
    lines: [n, n + 40],
    find: words(chars * 0.07, n + 1),
    recursive: n % 2 === 0
  },
  result: words(chars * 0.55, n + 2),
  answer: words(chars * 0.15, n + 3)
})

const tool = (n: number): Tool => ({
  name: `tool_${n}`,
  description: words(200, n),
  schema: {
    type: 'object',
    properties: {
      path: { type: 'string', description: words(120, n) },
      lines: { type: 'array', items: { type: 'integer', minimum: 1 }, description: words(80, n + 1) },
      find: { type: 'string', description: words(120, n + 2) },
      recursive: { type: 'boolean' }
    },
    required: ['path']
  }
})

/** conversation is the same for every format. */
export function conversation(size: Size): Conversation {
  const { turns, tools, chars } = SIZES[size]
  return {
    system: words(400, 7),
    turns: Array.from({ length: turns }, (_, n) => turn(n, chars)),
    last: words(450, 9),
    tools: Array.from({ length: tools }, (_, n) => tool(n))
  }
}

/**
 * Shape names what the fake upstream does; a request chooses it by the model `bench-<shape>`, since a gateway passes on
 * the model and not the client's headers.
 */
export type Shape = 'whole' | 'short' | 'paced' | 'saturated' | 'burst' | 'idle'

/** DELTAS is how many text deltas a shape's reply has. */
export const DELTAS: Readonly<Record<Shape, number>> = {
  whole: 60,
  short: 5,
  paced: 100,
  saturated: 200,
  burst: 200,
  idle: 1
}

/** pieces are the text deltas of a shape's reply. */
export const pieces = (shape: Shape): readonly string[] => [
  ...Array.from({ length: DELTAS[shape] - 1 }, (_, n) => `${words(14, n * 31 + 5)} `),
  END_MARK
]

/** replyText is the text that a client must have received. */
export const replyText = (shape: Shape): string => pieces(shape).join('')

/** INPUT_TOKENS is what every request is said to have. */
export const INPUT_TOKENS = 200
/** CREATED is when every reply was made, in seconds. */
export const CREATED = 1_760_000_000
/** ID is the part of an id that would be random. */
export const ID = 'AbCdEfGh0123456789AbCdEf'
