import type { GenerateRequest, OpenPart, ReplyBuilder, ToolCallPart, Usage } from '@isthmus/core'
import type { Answer, Thought } from './answer.ts'
import { tokensOf } from './tokens.ts'
import { inputUsage } from './usage.ts'
import type { SealKind } from './wires.ts'

/** Score is one reply before it is played: the same answer for each choice. */
export interface Score {
  readonly id: string
  readonly created: number
  readonly request: GenerateRequest
  readonly answerOf: (choice: number) => Answer
  /** How reasoning is sealed; absent where no seals are wanted. */
  readonly seal?: SealKind
  /** Whether one call ends before the next begins. */
  readonly wholeCalls?: boolean
}

/** play writes a reply token by token: it yields where the time of one token passes, for all choices at once. */
export function* play(out: ReplyBuilder, score: Score): Generator<void, void> {
  const { request } = score
  const input = inputUsage(request)
  out.start(score.id, request.model, score.created, { input, output: {} })
  const voices = Array.from(
    { length: Math.max(1, request.output.n ?? 1) },
    (_, choice) => new Speaker(out, score, choice)
  )
  let speaking = voices.map(voice => voice.speak())
  while (speaking.length > 0) {
    speaking = speaking.filter(voice => voice.next().done !== true)
    if (speaking.length > 0) yield
  }
  out.usage({ input, output: outputUsage(voices) })
  out.end()
}

function outputUsage(voices: readonly Speaker[]): Usage['output'] {
  let total = 0
  let reasoning = 0
  for (const voice of voices) {
    total += voice.tokens
    reasoning += voice.reasoningTokens
  }
  return { total, reasoning }
}

/** Speaker writes one choice and counts its tokens; it stops where the request's limit is reached. */
class Speaker {
  tokens = 0
  reasoningTokens = 0
  #out: ReplyBuilder
  #score: Score
  #choice: number
  #limit: number

  constructor(out: ReplyBuilder, score: Score, choice: number) {
    this.#out = out
    this.#score = score
    this.#choice = choice
    this.#limit = score.request.output.maxTokens ?? Number.POSITIVE_INFINITY
  }

  /** speak yields before each token. */
  *speak(): Generator<void, void> {
    const answer = this.#score.answerOf(this.#choice)
    const whole = (yield* this.#think(answer)) && (yield* this.#say(answer))
    this.#out.finish(this.#choice, whole ? answer.finish : { reason: 'length', detail: 'max_output', native: '' })
  }

  *#think({ thought }: Answer): Generator<void, boolean> {
    if (thought === undefined) return true
    const out = this.#out
    const open = out.open(this.#choice, { type: 'reasoning', text: '', hidden: false })
    for (const token of tokensOf(thought.text)) {
      if (!(yield* this.#spend())) return false
      this.reasoningTokens++
      if (thought.exposed) out.append(open, 'reasoning', token)
    }
    this.#seal(open, thought, 'reasoning')
    out.close(open)
    return true
  }

  *#say({ parts, thought, preface }: Answer): Generator<void, boolean> {
    const calls = parts.filter(part => part.type === 'tool_call')
    const said = parts.filter(part => part.type === 'text' || part.type === 'refusal')
    for (const part of said) {
      const kind = part.type
      const open = this.#out.open(this.#choice, { type: kind, text: '' })
      if (preface !== undefined && part === said[0]) this.#out.append(open, kind, preface)
      for (const token of tokensOf(part.text)) {
        if (!(yield* this.#spend())) return false
        this.#out.append(open, kind, token)
      }
      if (calls.length === 0 && part === said.at(-1)) this.#seal(open, thought, 'answer')
      this.#out.close(open)
    }
    const together = this.#score.wholeCalls ? calls.map(call => [call]) : [calls]
    for (const [at, group] of together.entries()) {
      // The first of parallel calls speaks for all of them.
      if (!(yield* this.#call(group, at === 0 ? thought : undefined))) return false
    }
    return true
  }

  #seal(open: OpenPart, thought: Thought | undefined, place: SealKind['on']): void {
    const { seal } = this.#score
    if (thought === undefined || seal?.on !== place) return
    const issuer = { provider: '', modelFamily: 'simulator', format: seal.format }
    this.#out.set(open, 'seal', { kind: seal.kind, data: thought.sealData, issuer })
  }

  /** The arguments of several calls grow in turns, as no upstream promises that one call ends before the next begins. */
  *#call(calls: readonly ToolCallPart[], thought: Thought | undefined): Generator<void, boolean> {
    const out = this.#out
    const open: { readonly part: OpenPart; readonly rest: Iterator<string> }[] = []
    for (const call of calls) {
      if (!(yield* this.#spend())) return false
      const part = out.open(this.#choice, { ...call, argsText: '' })
      if (open.length === 0) this.#seal(part, thought, 'answer')
      open.push({ part, rest: tokensOf(call.argsText)[Symbol.iterator]() })
    }
    let growing = open
    while (growing.length > 0) {
      const still: typeof open = []
      for (const call of growing) {
        const token = call.rest.next()
        if (token.done === true) {
          out.close(call.part)
          continue
        }
        if (!(yield* this.#spend())) return false
        out.append(call.part, 'args', token.value)
        still.push(call)
      }
      growing = still
    }
    return true
  }

  *#spend(): Generator<void, boolean> {
    if (this.tokens >= this.#limit) return false
    yield
    this.tokens++
    return true
  }
}
