import type { ReplyBuilder, ReplyMeta, ResponseDecoder, ResponseHead, Rewrite, Target } from '@isthmus/core'
import {
  findError,
  isObject,
  type JsonObject,
  numberOf,
  parseJson,
  put,
  type ReplyReader,
  responseDecoder,
  restOf,
  stringOf
} from '@isthmus/core/wire'
import { decodeUsage, errorInReply } from '@isthmus/format-chat-completions/openai'
import { ChoiceReader } from './choice-reader.ts'
import { FORMAT_COMPLETIONS_NO_CHOICES } from './errors.ts'
import { makeExt } from './types.ts'

const KEYS: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'system_fingerprint',
  'obfuscation',
  'error'
])

/** completionsDecoder reads the reply to one request, whole or streamed. */
export function completionsDecoder(
  head: ResponseHead,
  target: Target,
  _context: unknown,
  rewrite?: Rewrite
): ResponseDecoder {
  return responseDecoder(head, target.provider, new CompletionsReader(target.provider), rewrite)
}

type Meta = { -readonly [K in 'serviceTier' | 'fingerprint']?: string }

/**
 * CompletionsReader reads replies; see {@link ReplyReader}. The finish of each choice waits for the end of the reply:
 * servers write text after it, and say it twice.
 */
class CompletionsReader implements ReplyReader {
  #provider: string
  #choices = new Map<number, ChoiceReader>()
  #counted = false
  /** What the start has not said yet. */
  #meta: Meta = {}
  #members: JsonObject = {}
  #done = false
  #whole = false

  constructor(provider: string) {
    this.#provider = provider
  }

  whole(body: JsonObject, out: ReplyBuilder): void {
    const choices = choicesOf(body)
    if (choices.length === 0) {
      const error = findError(body)
      throw error === undefined ? FORMAT_COMPLETIONS_NO_CHOICES(this.#provider) : errorInReply(error, this.#provider)
    }
    this.#whole = true
    this.#read(body, choices, out)
    this.#done = true
    if (!out.ended) this.#finish(out)
  }

  event(data: string, name: string | undefined, out: ReplyBuilder): void {
    if (this.#done) return
    if (data.trim() === '[DONE]') {
      this.#done = true
      this.#finish(out)
      return
    }
    const body = parseJson(data)
    if (name === 'error' || !isObject(body)) this.#foreign(body, data, name, out)
    else this.#read(body, choicesOf(body), out)
  }

  end(out: ReplyBuilder): void {
    if (!this.#done) this.#finish(out)
  }

  /** foreign takes an event that is no chunk: an error, or the array or bare text that some servers write for one. */
  #foreign(body: unknown, data: string, name: string | undefined, out: ReplyBuilder): void {
    const error = findError(body)
    if (error !== undefined) out.fail(errorInReply(error, this.#provider))
    else if (name === 'error') out.fail(errorInReply({ message: isObject(body) ? '' : data }, this.#provider))
    else if (body === undefined && data.trim() !== '') throw new SyntaxError('an event is not JSON')
  }

  #read(body: JsonObject, choices: readonly JsonObject[], out: ReplyBuilder): void {
    this.#keep(body)
    this.#start(body, choices.length > 0, out)
    for (const [at, choice] of choices.entries()) this.#choice(choice, at, out).read(choice)
    const usage = out.started ? decodeUsage(withCompletion(body.usage)) : undefined
    if (usage !== undefined) {
      this.#counted = true
      out.usage(usage)
    }
    const error = body.error || choices.length === 0 ? findError(body) : errorOf(choices)
    if (error !== undefined) out.fail(errorInReply(error, this.#provider))
  }

  #start(body: JsonObject, anyChoice: boolean, out: ReplyBuilder): void {
    if (out.started) return
    const id = stringOf(body.id) ?? ''
    const model = stringOf(body.model) ?? ''
    if (id === '' && model === '' && !anyChoice) return
    out.start(id, model, numberOf(body.created), undefined, metaOf(this.#meta))
    this.#meta = {}
  }

  #keep(body: JsonObject): void {
    const { service_tier: tier, system_fingerprint: fingerprint } = body
    if (typeof tier === 'string' && tier !== '') this.#meta.serviceTier = tier
    if (typeof fingerprint === 'string' && fingerprint !== '') this.#meta.fingerprint = fingerprint
    const rest = restOf(body, KEYS)
    if (rest !== undefined) for (const key of Object.keys(rest)) put(this.#members, key, rest[key])
  }

  #choice(choice: JsonObject, at: number, out: ReplyBuilder): ChoiceReader {
    const index = Number.isSafeInteger(choice.index) && (choice.index as number) >= 0 ? (choice.index as number) : at
    let reader = this.#choices.get(index)
    if (reader === undefined) {
      reader = new ChoiceReader(index, out)
      this.#choices.set(index, reader)
    }
    return reader
  }

  /** finish ends the reply if every choice has ended; else it stays open, and the end of the stream is an error. */
  #finish(out: ReplyBuilder): void {
    const readers = [...this.#choices.values()]
    // Some servers never say why: then a whole reply, or the end marker behind usage, has to do.
    const closed = this.#done && (this.#whole || this.#counted)
    if (readers.length === 0 || !(closed || readers.every(reader => reader.finishReason !== ''))) return
    for (const reader of readers) reader.finish()
    const ext = makeExt(this.#members)
    out.end(metaOf({ ...this.#meta, ...(ext !== undefined && { ext }) }))
  }
}

function choicesOf({ choices }: JsonObject): readonly JsonObject[] {
  return Array.isArray(choices) ? choices.filter(isObject) : []
}

const metaOf = (meta: ReplyMeta): ReplyMeta | undefined => (Object.keys(meta).length > 0 ? meta : undefined)

/** withCompletion writes down the count that is left out for a completion of nothing. */
function withCompletion(usage: unknown): unknown {
  if (!isObject(usage) || usage.completion_tokens !== undefined) return usage
  const { prompt_tokens: prompt, total_tokens: total } = usage
  return typeof prompt === 'number' && prompt === total ? { ...usage, completion_tokens: 0 } : usage
}

/** errorOf finds an upstream's failure that is told in a choice. */
function errorOf(choices: readonly JsonObject[]): JsonObject | undefined {
  for (const choice of choices) {
    if (isObject(choice.error)) return choice.error
    if (choice.finish_reason === 'error') return { message: 'The provider reported an error' }
  }
  return undefined
}
