import type { ModelInfo } from '@isthmus/core'
import { type Answer, answerOf, type Voice } from './answer.ts'
import { describeParts } from './describe.ts'
import { PROVIDER_SIMULATOR_MODEL, PROVIDER_SIMULATOR_OPERATION } from './errors.ts'
import { type Fault, type Midway, statusFault } from './fault.ts'
import { countOf, durationOf, type ModelName, noAmount, parseModelName, wrong } from './model-name.ts'
import { describeReplayed, sealData } from './seal.ts'
import { fillerText } from './tokens.ts'
import { type Turn, turnOf } from './turn.ts'

/** Performance is what a model is going to do with one request. */
export interface Performance {
  readonly answer: Answer
  readonly fault?: Fault
  /** Set when the model's name says how long a token takes. */
  readonly tokenDelayMs?: number
  /** Set for a model that makes vectors. */
  readonly vectorLength?: number
}

/** MAX_VECTOR is the most dimensions that a simulated vector may have. */
export const MAX_VECTOR = 4096
const VECTOR_LENGTH = 256

interface SimulatedModel {
  /** What may stand in the name after a colon, '' for nothing. */
  readonly takes: string
  readonly about: string
  /** What it does beside or in place of conversing; one that fails does so whatever it is asked. */
  readonly operations?: 'embed' | 'any'
  /** perform answers one request; `idOf` names the calls of the answer. */
  perform(name: ModelName, turn: Turn, idOf: (call: number) => string): Performance
}

const ECHO: Voice = { speak: turn => describeParts(turn.asked) || '(nothing was said)' }
const filler = (tokens: number): Voice => ({ speak: () => fillerText(tokens), deaf: true })

/** speaking is a model that always answers and takes nothing in its name. */
function speaking(about: string, voice: Voice): SimulatedModel {
  return {
    takes: '',
    about,
    perform(name, turn, idOf) {
      noAmount(name)
      return { answer: answerOf(turn, voice, idOf) }
    }
  }
}

/** breaking is a model whose answer goes wrong after some tokens. */
function breaking(how: Midway, about: string): SimulatedModel {
  return {
    takes: 'tokens before it happens, 5 unless said',
    about,
    operations: 'any',
    perform(name, turn, idOf) {
      const afterTokens = countOf(name, 5)
      return { answer: answerOf(turn, filler(afterTokens + 5), idOf), fault: { type: 'midway', how, afterTokens } }
    }
  }
}

const MODELS: Readonly<Record<string, SimulatedModel>> = {
  echo: speaking('Repeats the last user message. Images and files it names with kind, type and size.', ECHO),
  inspect: speaking('Answers with the request as it stood on the wire.', { speak: turn => turn.body, deaf: true }),
  tokens: {
    takes: 'number of tokens, 50 unless said',
    about: 'Writes a fixed text of that many tokens.',
    perform: (name, turn, idOf) => ({ answer: answerOf(turn, filler(countOf(name, 50)), idOf) })
  },
  reason: {
    takes: 'number of reasoning tokens, 24 unless said',
    about: 'Reasons, seals its reasoning, then answers as `echo` does and says which seals came back to it.',
    perform(name, turn, idOf) {
      const tokens = countOf(name, 24)
      const { reasoning, messages } = turn.request
      const think = () => ({
        text: fillerText(tokens),
        exposed: reasoning?.expose !== 'none',
        sealData: sealData(tokens)
      })
      const speak = () => `${ECHO.speak(turn)}${describeReplayed(messages)}`
      const voice: Voice = reasoning?.mode === 'off' || tokens === 0 ? { speak } : { speak, think }
      return { answer: answerOf(turn, voice, idOf) }
    }
  },
  call: {
    takes: 'number of calls, or `all`; 1 unless said',
    about: 'Calls the tools it is offered, several at once in an interleaved stream, then quotes their results.',
    perform(name, turn, idOf) {
      const count = name.amount === 'all' ? turn.callable.length : countOf(name, 1)
      if (count > 128) throw wrong(name.text, String(count), 'at most 128 calls')
      const voice: Voice = {
        speak: ({ request }) => (request.tools.length === 0 ? 'There are no tools to call.' : 'No tool may be called.'),
        calls: ({ callable }) => Array.from({ length: count }, (_, at) => callable[at % callable.length]!)
      }
      return { answer: answerOf(turn, voice, idOf) }
    }
  },
  refuse: {
    takes: '',
    about: 'Refuses to answer.',
    perform(name) {
      noAmount(name)
      const text = 'I am a simulation that declines every request.'
      return { answer: { parts: [{ type: 'refusal', text }], finish: { reason: 'stop', native: '' } } }
    }
  },
  filter: {
    takes: 'tokens before it happens, 5 unless said',
    about: 'Is cut off by a content filter.',
    perform(name) {
      const text = fillerText(countOf(name, 5))
      return { answer: { parts: [{ type: 'text', text }], finish: { reason: 'content_filter', native: '' } } }
    }
  },
  fail: {
    takes: 'status from 400 to 599, `context` or `policy`; 500 unless said',
    about: 'Answers with that status and an error. The time after `@` is what `retry-after` says.',
    operations: 'any',
    perform: (name, turn, idOf) => ({ answer: answerOf(turn, ECHO, idOf), fault: statusFault(name) })
  },
  unreachable: {
    takes: '',
    about: 'Cannot be reached: there is no reply at all.',
    operations: 'any',
    perform(name, turn, idOf) {
      noAmount(name)
      return { answer: answerOf(turn, ECHO, idOf), fault: { type: 'unreachable' } }
    }
  },
  'slow-head': {
    takes: 'time, 5s unless said',
    about: 'Is silent for that time before its head, then answers as `echo` does.',
    operations: 'any',
    perform: (name, turn, idOf) => ({
      answer: answerOf(turn, ECHO, idOf),
      fault: { type: 'slow_head', ms: durationOf(name, 5000) }
    })
  },
  stall: breaking('stall', 'Stops in the middle of its answer and keeps the connection open.'),
  cut: breaking('cut', 'Ends in the middle of its answer, without saying so.'),
  reset: breaking('reset', 'Breaks the connection in the middle of its answer.'),
  'error-in-stream': breaking('error', 'Sends an error in the middle of its answer, under status 200.'),
  garbage: breaking('garbage', 'Sends bytes that make no sense in the middle of its answer, then ends.'),
  empty: {
    takes: '',
    about: 'Answers with status 200 and no body.',
    operations: 'any',
    perform(name, turn, idOf) {
      noAmount(name)
      return { answer: answerOf(turn, ECHO, idOf), fault: { type: 'empty' } }
    }
  },
  embed: {
    takes: `length of the vectors up to ${MAX_VECTOR}, ${VECTOR_LENGTH} unless said`,
    about: 'Makes vectors of texts; those of texts that share words are near each other. It does not converse.',
    operations: 'embed',
    perform(name) {
      const vectorLength = countOf(name, VECTOR_LENGTH)
      if (vectorLength < 1 || vectorLength > MAX_VECTOR) {
        throw wrong(name.text, String(vectorLength), `a number from 1 to ${MAX_VECTOR}`)
      }
      return { answer: { parts: [], finish: { reason: 'stop', native: '' } }, vectorLength }
    }
  }
}

/** KNOWN_MODELS is the simulator's own model list; each name works as it stands. */
export const KNOWN_MODELS: readonly ModelInfo[] = Object.keys(MODELS).map(id => ({ id, ownedBy: 'isthmus' }))

/** modelTable has one row for each model: its name, what the name takes, and what the model does. */
export const modelTable = (): readonly (readonly [string, string, string])[] =>
  Object.entries(MODELS).map(([id, { takes, about }]) => [id, takes, about])

/** converses tells whether a model answers conversations. Unknown ones are told so by the upstream. */
export const converses = (model: string): boolean => find(baseOf(model))?.operations !== 'embed'

/** embeds tells whether a model makes vectors. */
export function embeds(model: string): boolean {
  const found = find(baseOf(model))
  return found === undefined || found.operations !== undefined
}

/** converse has the model of that name plan its answer. */
export function converse(model: string, turn: Turn, idOf: (call: number) => string): Performance {
  if (!converses(model)) throw PROVIDER_SIMULATOR_OPERATION(model.slice(0, 40), 'converse')
  return perform(model, turn, idOf)
}

/** embed has the model of that name say how long its vectors are, and what goes wrong. */
export function embed(model: string): Performance & { readonly vectorLength: number } {
  if (!embeds(model)) throw PROVIDER_SIMULATOR_OPERATION(model.slice(0, 40), 'make vectors')
  const performance = perform(model, NOTHING_ASKED, call => `call_${call}`)
  return { ...performance, vectorLength: performance.vectorLength ?? VECTOR_LENGTH }
}

const NOTHING_ASKED = turnOf(
  {
    op: 'generate',
    model: '',
    messages: [],
    tools: [],
    sampling: {},
    output: {},
    reply: { stream: false },
    ingress: { format: '' }
  },
  ''
)

const find = (base: string): SimulatedModel | undefined => (Object.hasOwn(MODELS, base) ? MODELS[base] : undefined)
const baseOf = (model: string): string => model.split(/[:@]/, 1)[0]!

function perform(model: string, turn: Turn, idOf: (call: number) => string): Performance {
  const name = parseModelName(model)
  const found = find(name.base)
  if (found === undefined) throw PROVIDER_SIMULATOR_MODEL(model.slice(0, 40), Object.keys(MODELS).join(', '))
  const { delayMs } = name
  return { ...found.perform(name, turn, idOf), ...(delayMs !== undefined && { tokenDelayMs: delayMs }) }
}
