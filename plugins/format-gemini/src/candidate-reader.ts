import type { Finish, OpenPart, Part, ReplyBuilder, TextPart } from '@isthmus/core'
import { isObject, type JsonObject, restOf, stringOf, withNested } from '@isthmus/core/wire'
import { FORMAT_GEMINI_MALFORMED_CALL } from './errors.ts'
import { decodeFinish, isMalformed } from './finish.ts'
import {
  type Citation,
  decodeCitations,
  fits,
  hostedGrounding,
  hostedUrlContext,
  mergeCited,
  mergeGrounding,
  withoutRange
} from './grounding.ts'
import { decodeLogprobs } from './logprobs.ts'
import { applyPatch } from './partial-args.ts'
import { argsTextOf, callPart, decodePart, type PartEnv } from './parts-decode.ts'

const CANDIDATE = new Set([
  'content',
  'index',
  'finishReason',
  'finishMessage',
  'groundingMetadata',
  'urlContextMetadata',
  'citationMetadata',
  'logprobsResult'
])
const CONTENT = new Set(['role', 'parts'])
/** Members of a candidate that is a piece of text and nothing else, and of its part. */
const PIECE = new Set(['content', 'index'])
const PLAIN = new Set(['text', 'thought'])

/** A call whose arguments come in pieces. */
interface PartialCall {
  readonly open: OpenPart
  readonly sent: string
  readonly args: JsonObject
}

/** CandidateReader reads one candidate of a reply, which in a stream comes in pieces. */
export class CandidateReader {
  readonly index: number
  #env: PartEnv
  /** The text or reasoning part that may still grow. */
  #open: OpenPart | undefined
  #partial: PartialCall | undefined
  #called = false
  #word: string | undefined
  #message: string | undefined
  #grounding: JsonObject | undefined
  #urlContext: JsonObject | undefined
  #cited: JsonObject | undefined
  #rest: JsonObject | undefined

  constructor(index: number, env: PartEnv) {
    this.index = index
    this.#env = env
  }

  get isFinished(): boolean {
    return this.#word !== undefined
  }

  /** read takes one chunk of a stream: more text, whole parts, and whatever else is known by now. */
  read(candidate: JsonObject, out: ReplyBuilder): void {
    for (const part of partsOf(candidate)) this.#part(part, out)
    const logprobs = decodeLogprobs(candidate.logprobsResult)
    if (logprobs !== undefined) {
      if (this.#open?.head.type === 'text') out.set(this.#open, 'logprobs', logprobs)
      else this.#rest = { ...this.#rest, logprobsResult: candidate.logprobsResult }
    }
    this.#about(candidate)
  }

  /** growing gives the part that a piece adds its text to, if it does nothing else. */
  growing(candidate: JsonObject): OpenPart | undefined {
    const open = this.#open
    const text = textOf(candidate)
    if (open === undefined || text === undefined || this.#partial !== undefined) return undefined
    if (open.sealed || open.head.ext !== undefined) return undefined
    return open.head.type === (text.thought === true ? 'reasoning' : 'text') ? open : undefined
  }

  /** whole reads a candidate that came in one piece, where each part of the wire is a part of its own. */
  whole(candidate: JsonObject, out: ReplyBuilder): void {
    this.#about(candidate)
    const parts = partsOf(candidate).map(part => decodePart(part, this.#env))
    const first = parts.findIndex(part => part?.type === 'text')
    const logprobs = decodeLogprobs(candidate.logprobsResult)
    // The IR has no place for the numbers of tokens, which clients of this format get back.
    if (logprobs !== undefined) this.#rest = { ...this.#rest, logprobsResult: candidate.logprobsResult }
    const citations = decodeCitations(this.#grounding, this.#cited)
    const about = parts.map((part, at) => (part?.type === 'text' ? citationsOf(citations, parts, at, first) : []))
    parts.forEach((part, at) => {
      if (part?.type === 'tool_call') this.#called = true
      if (part?.type !== 'text') {
        if (part !== undefined) out.whole(this.index, part)
        return
      }
      const annotations = about[at] ?? []
      out.whole(this.index, {
        ...part,
        ...(annotations.length > 0 && { annotations }),
        ...(at === first && logprobs !== undefined && { logprobs })
      })
    })
    this.#lost(citations.length - about.flat().length, out)
    this.#hosted(out)
    out.finish(this.index, this.#finish())
  }

  /** end closes what is open and ends the choice. */
  end(out: ReplyBuilder): void {
    this.#closePartial(out)
    const open = this.#open
    const citations = decodeCitations(this.#grounding, this.#cited)
    if (open?.head.type === 'text') {
      const text = Buffer.from(open.text)
      for (const { annotation } of citations) {
        out.set(open, 'annotation', fits(text, annotation) ? annotation : withoutRange(annotation))
      }
    } else this.#lost(citations.length, out)
    this.#close(out)
    this.#hosted(out)
    out.finish(this.index, this.#finish())
  }

  #part(wire: JsonObject, out: ReplyBuilder): void {
    if (isObject(wire.functionCall) && this.#isPartial(wire.functionCall)) {
      this.#patch(wire, wire.functionCall, out)
      return
    }
    this.#closePartial(out)
    const part = decodePart(wire, this.#env)
    if (part === undefined || this.#grows(part, out)) return
    this.#close(out)
    if (part.type === 'tool_call') this.#called = true
    if (part.type === 'text' || (part.type === 'reasoning' && !part.hidden)) this.#open = out.open(this.index, part)
    else out.whole(this.index, part)
  }

  /**
   * #grows adds a piece to the open part. The signature of a text comes with its last piece, which may be empty: what
   * follows it is another part.
   */
  #grows(part: Part, out: ReplyBuilder): boolean {
    const open = this.#open
    if (open === undefined || open.head.type !== part.type || open.sealed || open.head.ext || part.ext) return false
    if (part.type === 'text') out.append(open, 'text', part.text)
    else if (part.type === 'reasoning') out.append(open, 'reasoning', part.text ?? '')
    else return false
    if (part.seal !== undefined) out.set(open, 'seal', part.seal)
    return true
  }

  #close(out: ReplyBuilder): void {
    if (this.#open !== undefined) out.close(this.#open)
    this.#open = undefined
  }

  /** A call in pieces begins with its name, goes on without one, and ends with a piece that does not go on. */
  #isPartial(call: JsonObject): boolean {
    if (call.willContinue === true || Array.isArray(call.partialArgs)) return true
    return this.#partial !== undefined && stringOf(call.name) === undefined
  }

  #patch(wire: JsonObject, call: JsonObject, out: ReplyBuilder): void {
    const name = stringOf(call.name)
    if (this.#partial === undefined || name !== undefined) {
      this.#closePartial(out)
      this.#close(out)
      this.#called = true
      const sent = name ?? ''
      const { functionCall: _, ...rest } = wire
      const decoded = decodePart({ ...rest, functionCall: { ...call, name: sent } }, this.#env)
      const head = { ...decoded, ...callPart(sent, stringOf(call.id), '', this.#env) }
      this.#partial = { open: out.open(this.index, head), sent, args: isObject(call.args) ? { ...call.args } : {} }
    }
    const partial = this.#partial
    for (const patch of Array.isArray(call.partialArgs) ? call.partialArgs : []) {
      if (!applyPatch(partial.args, patch)) {
        throw FORMAT_GEMINI_MALFORMED_CALL(this.#env.provider, 'a piece of arguments that leads nowhere')
      }
    }
    if (call.willContinue !== true) this.#closePartial(out)
  }

  /** Pieces may replace each other, so the arguments are written once they are whole. */
  #closePartial(out: ReplyBuilder): void {
    const partial = this.#partial
    if (partial === undefined) return
    this.#partial = undefined
    out.append(partial.open, 'args', argsTextOf(partial.args, partial.sent, this.#env.context))
    out.close(partial.open)
  }

  #about(candidate: JsonObject): void {
    const word = stringOf(candidate.finishReason)
    if (word !== undefined && isMalformed(word)) throw FORMAT_GEMINI_MALFORMED_CALL(this.#env.provider, word)
    this.#word = word ?? this.#word
    this.#message = stringOf(candidate.finishMessage) ?? this.#message
    this.#grounding = mergeGrounding(this.#grounding, candidate.groundingMetadata)
    this.#urlContext = mergeGrounding(this.#urlContext, candidate.urlContextMetadata)
    this.#cited = mergeCited(this.#cited, candidate.citationMetadata)
    const content = isObject(candidate.content) ? restOf(candidate.content, CONTENT) : undefined
    const rest = withNested(restOf(candidate, CANDIDATE), 'content', content)
    if (rest !== undefined) this.#rest = { ...this.#rest, ...rest }
  }

  #hosted(out: ReplyBuilder): void {
    const read = this.#urlContext && hostedUrlContext(this.#urlContext, this.#env.callId('url_context'))
    if (read !== undefined) out.whole(this.index, read)
    const searched = this.#grounding && hostedGrounding(this.#grounding, this.#env.callId('search'))
    if (searched !== undefined) out.whole(this.index, searched)
  }

  #lost(count: number, out: ReplyBuilder): void {
    if (count === 0) return
    const message = 'citations of a text that was already closed'
    out.notice({ feature: 'reply.annotations', action: 'dropped', message, from: count })
  }

  #finish(): Finish {
    const rest: JsonObject = {
      ...this.#rest,
      ...(this.#cited && { citationMetadata: this.#cited }),
      ...unhosted('groundingMetadata', this.#grounding, hostedGrounding),
      ...unhosted('urlContextMetadata', this.#urlContext, hostedUrlContext)
    }
    const members = Object.keys(rest).length === 0 ? undefined : rest
    return decodeFinish(this.#word, this.#message, members, this.#called)
  }
}

/** unhosted keeps what said nothing: for a client of this format it is there all the same. */
function unhosted(name: string, metadata: JsonObject | undefined, make: typeof hostedGrounding): JsonObject {
  return metadata === undefined || make(metadata, '') !== undefined ? {} : { [name]: metadata }
}

/** textOf gives the one part of a candidate that says nothing but a text. */
function textOf(candidate: JsonObject): JsonObject | undefined {
  const { content } = candidate
  if (!isObject(content) || !Array.isArray(content.parts) || content.parts.length !== 1) return undefined
  if (restOf(candidate, PIECE) !== undefined || restOf(content, CONTENT) !== undefined) return undefined
  const part: unknown = content.parts[0]
  return isObject(part) && restOf(part, PLAIN) === undefined ? part : undefined
}

function partsOf(candidate: JsonObject): readonly JsonObject[] {
  const { content } = candidate
  return isObject(content) && Array.isArray(content.parts) ? content.parts.filter(isObject) : []
}

/** citationsOf picks the citations of one text: the part they name, or the one that their text stands in. */
function citationsOf(
  citations: readonly Citation[],
  parts: readonly (Part | undefined)[],
  at: number,
  first: number
): NonNullable<TextPart['annotations']> {
  const text = Buffer.from((parts[at] as TextPart).text)
  return citations.flatMap(({ annotation, partIndex }) => {
    const named = parts[partIndex]?.type === 'text' ? partIndex : first
    if (named !== at) return []
    return [fits(text, annotation) ? annotation : withoutRange(annotation)]
  })
}
