import type { OpenPart, ReplyBuilder } from '@isthmus/core'
import { isObject, type JsonObject, put, restOf, stringOf } from '@isthmus/core/wire'
import { decodeFinish } from '@isthmus/format-chat-completions/openai'
import { decodeLogprobs } from './logprobs.ts'
import { makeExt } from './types.ts'

const REASONING_KEYS = ['reasoning', 'reasoning_content', 'reasoning_details'] as const
const KEYS: ReadonlySet<string> = new Set(['index', 'text', 'logprobs', 'finish_reason', 'error', ...REASONING_KEYS])

/** ChoiceReader reads one choice of a reply, from a whole reply or from the pieces of a stream. */
export class ChoiceReader {
  /** The vendor's word for why the choice ended; '' until it says so. */
  finishReason = ''
  #index: number
  #out: ReplyBuilder
  #text: OpenPart | undefined
  #reasoning: OpenPart | undefined
  #members: JsonObject = {}
  #changed = new Set<string>()

  constructor(index: number, out: ReplyBuilder) {
    this.#index = index
    this.#out = out
  }

  read(choice: JsonObject): void {
    this.#readReasoning(choice)
    const rest = restOf(choice, KEYS)
    const text = readText(choice, rest)
    if (text !== '') this.#out.append(this.#textPart(), 'text', text)
    this.#readLogprobs(choice.logprobs)
    this.#keep(rest)
    const finish = choice.finish_reason
    if (typeof finish === 'string' && finish !== '') this.finishReason = finish
  }

  /** finish ends the choice. */
  finish(): void {
    const finish = decodeFinish(this.finishReason, false)
    const ext = makeExt(this.#members)
    this.#out.finish(this.#index, ext === undefined ? finish : { ...finish, ext })
  }

  /** readReasoning: clients of this format have no place for it, and are told that it was left out. */
  #readReasoning(choice: JsonObject): void {
    const text = stringOf(choice.reasoning) || stringOf(choice.reasoning_content) || ''
    const { reasoning_details: details } = choice
    if (text === '' && !(Array.isArray(details) && details.length > 0)) return
    if (this.#reasoning === undefined || this.#reasoning.closed) {
      this.#reasoning = this.#out.open(this.#index, { type: 'reasoning', text: '', hidden: text === '' })
    }
    this.#out.append(this.#reasoning, 'reasoning', text)
  }

  #readLogprobs(wire: unknown): void {
    const logprobs = decodeLogprobs(wire)
    if (logprobs !== undefined) this.#out.set(this.#textPart(), 'logprobs', logprobs)
    else if (isObject(wire) && !('tokens' in wire || 'content' in wire)) this.#keep({ logprobs: wire })
  }

  #textPart(): OpenPart {
    if (this.#reasoning !== undefined) this.#out.close(this.#reasoning)
    this.#text ??= this.#out.open(this.#index, { type: 'text', text: '' })
    return this.#text
  }

  /** keep holds members the IR has no place for. The last value counts; what seems to have come in pieces is reported. */
  #keep(rest: JsonObject | undefined): void {
    if (rest === undefined) return
    const kept = this.#members
    for (const key of Object.keys(rest)) {
      const before = Object.hasOwn(kept, key) ? kept[key] : undefined
      if (isPiece(before) && isPiece(rest[key]) && before !== rest[key] && !this.#changed.has(key)) {
        this.#changed.add(key)
        const message = 'a member that is not known came in pieces; its last value is kept'
        this.#out.notice({ feature: 'reply.native', action: 'dropped', field: `choices.${key}`, message })
      }
      put(kept, key, rest[key])
    }
  }
}

const isPiece = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && Object.keys(value).length > 0)

/**
 * readText takes the text from where a conversation would have it, if the server put it there alone. Some repeat it
 * there: that copy is not kept.
 */
function readText(choice: JsonObject, rest: JsonObject | undefined): string {
  let text = stringOf(choice.text)
  for (const key of ['delta', 'message']) {
    const copy = choice[key]
    if (rest === undefined || !isObject(copy) || typeof copy.content !== 'string') continue
    text ??= copy.content
    if (copy.content === text) delete rest[key]
  }
  return text ?? ''
}
