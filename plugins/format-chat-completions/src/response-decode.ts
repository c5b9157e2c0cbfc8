import type { ReplyBuilder, ReplyMeta, ResponseDecoder, ResponseHead, Rewrite, Target } from '@isthmus/core'
import {
  choiceIndexOf,
  findError,
  isObject,
  type JsonObject,
  numberOf,
  parseJson,
  type ReplyReader,
  responseDecoder,
  restOf,
  stringOf
} from '@isthmus/core/wire'
import { ChoiceReader } from './choice-reader.ts'
import { errorInReply } from './error-decode.ts'
import { FORMAT_CHAT_COMPLETIONS_MALFORMED_CALL, FORMAT_CHAT_COMPLETIONS_NO_CHOICES } from './errors.ts'
import { makeExt, put } from './ext.ts'
import { isMalformedCall } from './finish.ts'
import { isPlainDelta, TextFastPath } from './text-fast-path.ts'
import type { RequestContext } from './types.ts'
import { decodeUsage } from './usage.ts'

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

/** chatDecoder reads the reply to one request, whole or streamed. */
export function chatDecoder(head: ResponseHead, target: Target, context: unknown, rewrite?: Rewrite): ResponseDecoder {
  return responseDecoder(head, target.provider, new ChatReader(target, context as RequestContext | undefined), rewrite)
}

/** ChatReader reads replies; see {@link ReplyReader}. The finish of each choice waits for the end of the reply. */
export class ChatReader implements ReplyReader {
  #target: Target
  #context: RequestContext
  #choices = new Map<number, ChoiceReader>()
  #fast: TextFastPath | undefined
  #mayLearn: boolean
  #seed: (string | number)[] = []
  #usage: unknown
  #meta: { serviceTier?: string; fingerprint?: string } = {}
  #members: JsonObject = {}
  #done = false
  #whole = false

  /** `fast` is false only where the two ways of reading are compared. */
  constructor(target: Target, context: RequestContext | undefined, fast = true) {
    this.#target = target
    this.#context = context ?? {}
    this.#mayLearn = fast
  }

  whole(body: JsonObject, out: ReplyBuilder): void {
    const choices = Array.isArray(body.choices) ? body.choices.filter(isObject) : []
    if (choices.length === 0) {
      const error = findError(body)
      throw error === undefined
        ? FORMAT_CHAT_COMPLETIONS_NO_CHOICES(this.#target.provider)
        : errorInReply(error, this.#target.provider)
    }
    this.#whole = true
    this.#read(body, out, true)
    if (out.ended) return
    this.#done = true
    this.#finish(out)
  }

  event(data: string, name: string | undefined, out: ReplyBuilder): void {
    if (this.#done) return
    const fast = this.#fast
    const text = name === undefined || name === 'message' ? fast?.read(data) : undefined
    if (text !== undefined) {
      out.append(fast!.open!, 'text', text)
      return
    }
    if (data.trim() === '[DONE]') {
      this.#done = true
      this.#finish(out)
      return
    }
    fast?.forget()
    const body = parseJson(data)
    if (name === 'error' || !isObject(body)) this.#foreign(body, data, name, out)
    else this.#chunk(body, data, out)
  }

  end(out: ReplyBuilder): void {
    if (!this.#done) this.#finish(out)
  }

  #chunk(body: JsonObject, data: string, out: ReplyBuilder): void {
    if (this.#mayLearn) this.#fast ??= new TextFastPath()
    const fast = this.#fast?.learning ? this.#fast : undefined
    const before = fast && this.#choices.get(0)?.openText
    this.#read(body, out, false)
    if (before !== undefined && before === this.#choices.get(0)?.openText && isPlainDelta(body) && isFirst(body)) {
      fast?.learn(data, before)
    }
  }

  /** foreign takes an event that is no chunk: an error, or the array or bare text that some servers write for one. */
  #foreign(body: unknown, data: string, name: string | undefined, out: ReplyBuilder): void {
    const error = findError(body)
    if (error !== undefined) out.fail(errorInReply(error, this.#target.provider))
    else if (name === 'error') out.fail(errorInReply({ message: isObject(body) ? '' : data }, this.#target.provider))
    else if (body === undefined && data.trim() !== '') throw new SyntaxError('an event is not JSON')
  }

  #read(body: JsonObject, out: ReplyBuilder, whole: boolean): void {
    const choices = Array.isArray(body.choices) ? body.choices.filter(isObject) : []
    this.#start(body, choices.length > 0, out)
    this.#keep(body)
    for (let at = 0; at < choices.length; at++) this.#readChoice(choices[at]!, at, out, whole)
    this.#readUsage(body, choices, out)
    const error = body.error || choices.length === 0 ? findError(body) : errorOf(choices)
    if (error !== undefined) out.fail(errorInReply(error, this.#target.provider))
  }

  /** start waits for an event that says something: some streams begin with one that has neither id nor model. */
  #start(body: JsonObject, anyChoice: boolean, out: ReplyBuilder): void {
    if (out.started) return
    const id = stringOf(body.id) ?? ''
    const model = stringOf(body.model) ?? ''
    if (id === '' && model === '' && !anyChoice) return
    const created = numberOf(body.created)
    this.#seed = [this.#target.provider, id, created ?? 0, model]
    this.#readMeta(body)
    const meta = Object.keys(this.#meta).length > 0 ? this.#meta : undefined
    this.#meta = {}
    out.start(id, model, created, undefined, meta)
    this.#usageNow(out)
  }

  #readMeta({ service_tier: tier, system_fingerprint: fingerprint }: JsonObject): void {
    if (typeof tier === 'string' && tier !== '') this.#meta.serviceTier = tier
    if (typeof fingerprint === 'string' && fingerprint !== '') this.#meta.fingerprint = fingerprint
  }

  #keep(body: JsonObject): void {
    this.#readMeta(body)
    const rest = restOf(body, KEYS)
    if (rest !== undefined) for (const key of Object.keys(rest)) put(this.#members, key, rest[key])
  }

  #readChoice(choice: JsonObject, at: number, out: ReplyBuilder, whole: boolean): void {
    const index = choiceIndexOf(choice.index, at)
    let reader = this.#choices.get(index)
    if (reader === undefined) {
      reader = this.#newChoice(index, out)
      this.#choices.set(index, reader)
    }
    const { delta, message } = choice
    // A message in a stream is read only where no deltas came before: it repeats them.
    const read = whole ? (message ?? delta) : isObject(delta) ? delta : reader.empty ? message : undefined
    reader.read(choice, isObject(read) ? read : {}, whole)
  }

  #newChoice(choice: number, out: ReplyBuilder): ChoiceReader {
    const names = this.#context.toolNames ?? {}
    const { provider, model } = this.#target
    const naming = {
      choice,
      provider,
      seed: () => this.#seed,
      original: (name: string) => (Object.hasOwn(names, name) ? names[name]! : name)
    }
    return new ChoiceReader(naming, { provider, model }, this.#context.audioFormat, out)
  }

  /** readUsage looks in the places where vendors put it; the last one counts. */
  #readUsage(body: JsonObject, choices: readonly JsonObject[], out: ReplyBuilder): void {
    let found = body.usage ?? (isObject(body.x_groq) ? body.x_groq.usage : undefined)
    if (!isObject(found)) for (const choice of choices) found ??= choice.usage
    if (!isObject(found)) return
    this.#usage = found
    if (out.started) this.#usageNow(out)
  }

  #usageNow(out: ReplyBuilder): void {
    const usage = decodeUsage(this.#usage)
    if (usage !== undefined) out.usage(usage)
  }

  /** finish ends the reply if every choice has ended; else it stays open, and the end of the stream is an error. */
  #finish(out: ReplyBuilder): void {
    if (!out.started || this.#choices.size === 0) return
    for (const reader of this.#choices.values()) {
      if (isMalformedCall(reader.finishReason)) {
        throw FORMAT_CHAT_COMPLETIONS_MALFORMED_CALL(this.#target.provider, reader.finishReason)
      }
      if (!this.#isOver(reader)) return
    }
    for (const reader of this.#choices.values()) reader.finish()
    const ext = Object.keys(this.#members).length > 0 ? makeExt(this.#members) : undefined
    const meta: ReplyMeta = { ...this.#meta, ...(ext !== undefined && { ext }) }
    out.end(Object.keys(meta).length > 0 ? meta : undefined)
  }

  /**
   * isOver tells whether a choice has ended. Some servers never say why: then a whole reply, or the end marker of a
   * stream behind calls or usage, has to do. A marker alone is not enough, for relays put it behind what was cut off.
   */
  #isOver(reader: ChoiceReader): boolean {
    if (reader.finishReason !== '' || reader.audioComplete) return true
    return this.#done && (this.#whole || reader.called || this.#usage !== undefined)
  }
}

function isFirst({ choices }: JsonObject): boolean {
  const choice = (choices as JsonObject[])[0]!
  return choice.index === 0 || choice.index === undefined
}

/** errorOf finds an upstream's failure that is told in a choice. */
function errorOf(choices: readonly JsonObject[]): JsonObject | undefined {
  for (const choice of choices) {
    if (isObject(choice.error)) return choice.error
    if (choice.finish_reason === 'error') return { message: 'The provider reported an error' }
  }
  return undefined
}
