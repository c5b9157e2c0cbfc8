import type { OpenPart } from '@isthmus/core'
import { isObject, type JsonObject, parseObject } from '@isthmus/core/wire'

const KEY = '"content":'
const PROBE = 'isthmus-probe'
const MAX_MISSES = 8
// A quote, a backslash or a control character: anything else in a JSON string stands for itself.
const NEEDS_PARSING = /[^ !#-[\]-\uffff]/

/**
 * TextFastPath reads a stream event that is the one before with another text, without parsing it. It is exact: the
 * text around the one string literal must be the same, and the literal well formed. Upstreams that put something new
 * into each event never match; then it gives up.
 */
export class TextFastPath {
  #prefix = ''
  #suffix = ''
  #open: OpenPart | undefined
  #misses = 0

  /** The part that the text of {@link read} belongs to. */
  get open(): OpenPart | undefined {
    return this.#open
  }

  /** Whether {@link learn} may still be of use. */
  get learning(): boolean {
    return this.#misses < MAX_MISSES
  }

  /** read gives the text of an event, undefined when the event has to be parsed. */
  read(data: string): string | undefined {
    if (this.#open === undefined) return undefined
    const prefix = this.#prefix
    const suffix = this.#suffix
    const end = data.length - suffix.length
    if (end < prefix.length + 2 || data.slice(0, prefix.length) !== prefix || data.slice(end) !== suffix)
      return undefined
    const text = literal(data.slice(prefix.length, end))
    if (text !== undefined) this.#misses = 0
    return text
  }

  /** forget is called for each event that was parsed: what it set must not be undone by a later match. */
  forget(): void {
    this.#open = undefined
  }

  /** learn remembers an event that did nothing but add its text to a part that was open already. */
  learn(data: string, open: OpenPart): void {
    if (!this.learning) return
    this.#misses++
    const start = data.indexOf(KEY) + KEY.length
    const from = data[start] === ' ' ? start + 1 : start
    const to = endOfLiteral(data, from)
    if (start < KEY.length || to === undefined) return
    const prefix = data.slice(0, from)
    const suffix = data.slice(to)
    if (contentOf(parseObject(`${prefix}"${PROBE}"${suffix}`)) !== PROBE) return
    this.#prefix = prefix
    this.#suffix = suffix
    this.#open = open
  }
}

function literal(text: string): string | undefined {
  if (text.charCodeAt(0) !== 34 || text.charCodeAt(text.length - 1) !== 34) return undefined
  const inner = text.slice(1, -1)
  if (!NEEDS_PARSING.test(inner)) return inner
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    // Not one literal: the event is read the ordinary way.
    return undefined
  }
}

function endOfLiteral(data: string, from: number): number | undefined {
  if (data.charCodeAt(from) !== 34) return undefined
  for (let at = from + 1; at < data.length; at++) {
    const unit = data.charCodeAt(at)
    if (unit === 92) at++
    else if (unit === 34) return at + 1
  }
  return undefined
}

function contentOf(body: JsonObject | undefined): unknown {
  const choice = Array.isArray(body?.choices) ? (body.choices[0] as unknown) : undefined
  return isObject(choice) && isObject(choice.delta) ? choice.delta.content : undefined
}

/** isPlainDelta tells whether an event carries the text of one choice and nothing else. */
export function isPlainDelta(body: JsonObject): boolean {
  if (body.error || body.usage || !Array.isArray(body.choices) || body.choices.length !== 1) return false
  const choice: unknown = body.choices[0]
  if (!isObject(choice) || choice.finish_reason || choice.logprobs || choice.usage || choice.error) return false
  const { delta } = choice
  if (!isObject(delta) || typeof delta.content !== 'string') return false
  for (const member of OTHERS) if (!isEmpty(delta[member])) return false
  return true
}

const OTHERS = [
  'refusal',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'tool_calls',
  'function_call',
  'audio',
  'images',
  'annotations'
]

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
