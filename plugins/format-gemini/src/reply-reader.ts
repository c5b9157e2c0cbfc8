import type { OpenPart, ReplyBuilder, ReplyMeta, Target } from '@isthmus/core'
import {
  choiceIndexOf,
  isObject,
  type JsonObject,
  LearnedFrame,
  madeCallId,
  numberOf,
  parseJson,
  parseObject,
  type ReplyReader,
  restOf,
  stringOf
} from '@isthmus/core/wire'
import { CandidateReader } from './candidate-reader.ts'
import type { ReplyContext } from './context.ts'
import { upstreamError } from './error-decode.ts'
import { FORMAT_GEMINI_REPLY } from './errors.ts'
import { blockedFinish, blockReason } from './finish.ts'
import type { PartEnv } from './parts-decode.ts'
import { TEXT_CHUNK } from './text-chunk.ts'
import { FORMAT } from './types.ts'
import { decodeUsage } from './usage.ts'

const REPLY = new Set(['candidates', 'usageMetadata', 'modelVersion', 'responseId'])

/** Growth is a part that grew by the text of a chunk, which may hold counters as well. */
interface Growth {
  readonly open: OpenPart
  readonly counts: boolean
}

/** GeminiReader reads a reply, whole or in chunks. Each chunk is a reply by itself, whose text is a piece of the whole. */
export class GeminiReader implements ReplyReader {
  readonly arrays = true
  #target: Target
  #context: ReplyContext | undefined
  #candidates = new Map<number, CandidateReader>()
  #facts = ''
  #calls = 0
  #usage: JsonObject | undefined
  /** A chunk with newer usage, of which only the text was read. */
  #unread: string | undefined
  #learned: LearnedFrame<Growth> | undefined
  #feedback: JsonObject | undefined
  /** Members of the reply that nobody reads, and those of them that the start told. */
  #rest: JsonObject | undefined
  #told: JsonObject | undefined

  /** `learn` is off in tests that compare the quick way with the plain one. */
  constructor(target: Target, context: ReplyContext | undefined, learn = true) {
    this.#target = target
    this.#context = context
    if (learn) this.#learned = new LearnedFrame(TEXT_CHUNK)
  }

  whole(body: JsonObject, out: ReplyBuilder): void {
    if (!this.#chunk(body, out, true)) return
    if (this.#candidates.size === 0 && blockReason(this.#feedback) === undefined) {
      throw this.#wrong('it has no candidates')
    }
    this.#end(out)
  }

  event(data: string, _name: string | undefined, out: ReplyBuilder): void {
    if (this.#quick(data, out)) return
    const chunk = parseJson(data)
    if (isObject(chunk)) {
      const open = this.#growing(chunk)
      this.#chunk(chunk, out, false)
      this.#learned?.forget()
      if (open !== undefined) this.#learned?.learn(data, { open, counts: isObject(chunk.usageMetadata) })
    }
    // Some relays end with the sentinel of another format.
    else if (data.trim() !== '[DONE]') throw this.#wrong('a chunk is not a JSON object')
  }

  /** #quick reads a chunk that is the last one but for its text and its counters, which count only in the last chunk of all. */
  #quick(data: string, out: ReplyBuilder): boolean {
    const text = this.#learned?.read(data)
    const about = this.#learned?.about
    if (text === undefined || about === undefined) return false
    const { open, counts } = about
    out.append(open, open.head.type === 'reasoning' ? 'reasoning' : 'text', text)
    if (counts) this.#unread = data
    return true
  }

  /** #growing gives the part that a chunk adds its text to, if it does nothing else that was not done by the one before. */
  #growing({ candidates }: JsonObject): OpenPart | undefined {
    const only: unknown = Array.isArray(candidates) && candidates.length === 1 ? candidates[0] : undefined
    return isObject(only) ? this.#candidates.get(numberOf(only.index) ?? 0)?.growing(only) : undefined
  }

  #counted(): JsonObject | undefined {
    const usage = this.#unread === undefined ? undefined : parseObject(this.#unread)?.usageMetadata
    this.#unread = undefined
    if (isObject(usage)) this.#usage = usage
    return this.#usage
  }

  /** A reply that was cut off has a candidate without a reason for its end: it stays open. */
  end(out: ReplyBuilder): void {
    const candidates = [...this.#candidates.values()]
    const blocked = candidates.length === 0 && blockReason(this.#feedback) !== undefined
    if (!blocked && !(candidates.length > 0 && candidates.every(candidate => candidate.isFinished))) return
    for (const candidate of candidates) candidate.end(out)
    this.#end(out)
  }

  /** #chunk gives false when it ended the reply with an error. */
  #chunk(chunk: JsonObject, out: ReplyBuilder, whole: boolean): boolean {
    if (!out.started && isKeepAlive(chunk)) {
      out.heartbeat()
      return true
    }
    this.#facts ||= stringOf(chunk.responseId) ?? stringOf(chunk.createTime) ?? ''
    if (isObject(chunk.usageMetadata)) {
      this.#usage = chunk.usageMetadata
      this.#unread = undefined
    }
    if (isObject(chunk.promptFeedback)) this.#feedback = chunk.promptFeedback
    const rest = restOf(chunk, REPLY)
    const failed = chunk.error !== undefined && chunk.error !== null
    if (!failed || Array.isArray(chunk.candidates)) this.#start(chunk, rest, out)
    if (rest !== undefined) this.#rest = { ...this.#rest, ...rest }
    const candidates = Array.isArray(chunk.candidates) ? chunk.candidates.filter(isObject) : []
    candidates.forEach((candidate, at) => {
      const reader = this.#candidate(choiceIndexOf(candidate.index, at))
      if (whole) reader.whole(candidate, out)
      else reader.read(candidate, out)
    })
    if (failed) out.fail(upstreamError(chunk, this.#target.provider))
    return !failed
  }

  #start(chunk: JsonObject, rest: JsonObject | undefined, out: ReplyBuilder): void {
    if (out.started) return
    const serviceTier = stringOf(this.#usage?.serviceTier)
    const created = Date.parse(stringOf(chunk.createTime) ?? '')
    this.#told = rest
    const meta: ReplyMeta = {
      ...(serviceTier !== undefined && { serviceTier }),
      ...(rest !== undefined && { ext: { [FORMAT]: rest } })
    }
    out.start(
      stringOf(chunk.responseId) ?? '',
      stringOf(chunk.modelVersion) ?? this.#target.model,
      created > 0 ? Math.floor(created / 1000) : undefined,
      decodeUsage(this.#usage),
      Object.keys(meta).length > 0 ? meta : undefined
    )
  }

  #candidate(index: number): CandidateReader {
    const known = this.#candidates.get(index)
    if (known !== undefined) return known
    const made = new CandidateReader(index, this.#env(index))
    this.#candidates.set(index, made)
    return made
  }

  #env(choice: number): PartEnv {
    return {
      provider: this.#target.provider,
      context: this.#context,
      // An id has to be the only one of its conversation. A reply without an id of its own is told from others by how
      // long its prompt was, which grows with each turn.
      callId: name => {
        const facts = this.#facts || String(numberOf(this.#counted()?.promptTokenCount) ?? '')
        return madeCallId(facts, choice, this.#calls++, name)
      }
    }
  }

  #end(out: ReplyBuilder): void {
    const reason = blockReason(this.#feedback)
    if (this.#candidates.size === 0 && reason !== undefined) {
      out.finish(0, blockedFinish(reason, stringOf(this.#feedback?.blockReasonMessage)))
    }
    const counted = this.#counted()
    const usage = decodeUsage(counted)
    if (usage !== undefined) out.usage(usage)
    else if (counted !== undefined) this.#rest = { ...this.#rest, usageMetadata: counted }
    const late = this.#late()
    const serviceTier = stringOf(counted?.serviceTier)
    const meta: ReplyMeta = {
      ...(serviceTier !== undefined && { serviceTier }),
      ...(late !== undefined && { ext: { [FORMAT]: late } })
    }
    out.end(Object.keys(meta).length > 0 ? meta : undefined)
  }

  /** #late gives the unread members that the start did not tell. */
  #late(): JsonObject | undefined {
    const told = this.#told
    const late = restOf(this.#rest ?? {}, NONE)
    if (told === undefined || late === undefined) return late
    const names = Object.keys(late).filter(name => JSON.stringify(late[name]) === JSON.stringify(told[name]))
    return restOf(late, new Set(names))
  }

  #wrong(why: string): ReturnType<typeof FORMAT_GEMINI_REPLY> {
    return FORMAT_GEMINI_REPLY(this.#target.provider, why)
  }
}

const NONE: ReadonlySet<string> = new Set()

/** isKeepAlive tells a chunk that says nothing: no name, no usage, and no text that is not empty. */
function isKeepAlive(chunk: JsonObject): boolean {
  if (Object.keys(chunk).length !== 1 || !Array.isArray(chunk.candidates)) return false
  return chunk.candidates.every(candidate => {
    if (!isObject(candidate) || !isObject(candidate.content) || !Array.isArray(candidate.content.parts)) return false
    if (Object.keys(candidate).some(name => name !== 'content' && name !== 'index')) return false
    return candidate.content.parts.every(part => isObject(part) && part.text === '' && Object.keys(part).length === 1)
  })
}
