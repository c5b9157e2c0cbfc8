import type { Finish, OpenPart, ReasoningPart, ReplyBuilder, TextPart } from '@isthmus/core'
import { isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { decodeAnnotation } from './annotations.ts'
import { AudioReader, hasAudio } from './audio-reader.ts'
import { type CallNaming, CallReader } from './call-reader.ts'
import { makeExt, put } from './ext.ts'
import { decodeFinish } from './finish.ts'
import { decodeLogprobs } from './logprobs.ts'
import { thinkingText, urlSource } from './part-decode.ts'
import { type DetailOrigin, decodeDetail, plainText } from './reasoning-details.ts'
import { FORMAT, type Spelling } from './types.ts'

const CHOICE_KEYS: ReadonlySet<string> = new Set([
  'index',
  'delta',
  'message',
  'finish_reason',
  'logprobs',
  'usage',
  'error'
])
const MESSAGE_KEYS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'audio',
  'images',
  'annotations'
])

/** ChoiceReader reads one choice of a reply, from the one message of a whole reply or the deltas of a stream. */
export class ChoiceReader {
  /** The vendor's word for why the choice ended; '' until it says so. */
  finishReason = ''
  #out: ReplyBuilder
  #naming: CallNaming
  #origin: DetailOrigin
  #text: OpenPart | undefined
  #refusal: OpenPart | undefined
  #reasoning: { readonly key: string; readonly open: OpenPart } | undefined
  #calls: CallReader | undefined
  #audio: AudioReader | undefined
  #audioFormat: string | undefined
  #texts = 0
  #members: JsonObject = {}
  #message: JsonObject = {}
  #changed: Set<string> | undefined

  constructor(naming: CallNaming, origin: DetailOrigin, audioFormat: string | undefined, out: ReplyBuilder) {
    this.#naming = naming
    this.#origin = origin
    this.#out = out
    this.#audioFormat = audioFormat
  }

  /** The text part that more text would be added to. */
  get openText(): OpenPart | undefined {
    return this.#text?.closed === false ? this.#text : undefined
  }
  /** Whether a call has been opened. */
  get called(): boolean {
    return this.#calls?.any === true
  }
  /** Whether anything was read that a client would see. */
  get empty(): boolean {
    return this.#texts === 0 && this.#reasoning === undefined && !this.called && !this.#audio?.started
  }
  /** An audio answer may end without a finish reason. */
  get audioComplete(): boolean {
    return this.#audio?.complete === true
  }

  /** read takes a choice with its `message` or `delta`: content first, then calls, then the finish. */
  read(choice: JsonObject, message: JsonObject, whole: boolean): void {
    this.#readReasoning(message, whole)
    this.#readContent(message.content, whole)
    if (typeof message.refusal === 'string') this.#addRefusal(message.refusal)
    this.#readLogprobs(choice.logprobs)
    if (isObject(message.audio) && hasAudio(message.audio)) this.#readAudio(message.audio)
    else if (message.audio !== undefined) put(this.#message, 'audio', message.audio)
    if (Array.isArray(message.images)) for (const image of message.images) this.#readImage(image)
    this.#readCalls(message, whole)
    this.#readAnnotations(message.annotations)
    const rest = restOf(choice, CHOICE_KEYS)
    // Some servers repeat the text of a delta in the member of the older completions.
    if (rest !== undefined && 'text' in rest && rest.text === message.content) delete rest.text
    if (whole && choice.message !== undefined && choice.delta !== undefined) put(this.#members, 'delta', choice.delta)
    this.#keep(this.#members, rest, 'choices')
    this.#keep(this.#message, restOf(message, MESSAGE_KEYS), 'choices.delta')
    const finish = choice.finish_reason
    if (typeof finish === 'string' && finish !== '') this.finishReason = finish
  }

  /** finish ends the choice. */
  finish(): void {
    this.#audio?.close()
    this.#calls?.close()
    const members = this.#members
    if (Object.keys(this.#message).length > 0) put(members, 'message', this.#message)
    const finish: Finish = decodeFinish(this.finishReason, this.called)
    const ext = Object.keys(members).length > 0 ? makeExt(members) : undefined
    this.#out.finish(this.#naming.choice, ext === undefined ? finish : { ...finish, ext })
  }

  #readReasoning(message: JsonObject, whole: boolean): void {
    const { reasoning_details: details, reasoning_content: content, reasoning } = message
    let read = false
    if (Array.isArray(details)) {
      for (const detail of details) if (isObject(detail) && this.#addDetail(detail, whole)) read = true
      if (details.length === 0) put(this.#message, 'reasoning_details', details)
    }
    // The strings repeat what the details say, and each other.
    if (read) return
    if (typeof content === 'string' && content !== '') this.#addReasoning('reasoning_content', content)
    else if (typeof reasoning === 'string' && reasoning !== '') this.#addReasoning('reasoning', reasoning)
  }

  /** addDetail tells whether the detail held text to show. */
  #addDetail(detail: JsonObject, whole: boolean): boolean {
    const part = decodeDetail(detail, this.#origin)
    if (part.type === 'opaque' || part.hidden) {
      this.#closeText()
      this.#closeReasoning()
      this.#out.whole(this.#naming.choice, part)
      return false
    }
    const key = `${String(detail.type)} ${String(detail.index)} ${stringOf(detail.id) ?? ''}`
    const open = this.#openedReasoning(whole ? undefined : key)
    if (open === undefined) this.#openReasoning(key, part)
    else {
      if (part.text !== undefined) this.#out.append(open, 'reasoning', part.text)
      for (const paragraph of part.summary ?? []) this.#out.set(open, 'summary', 0, paragraph)
      if (part.seal !== undefined) this.#out.set(open, 'seal', part.seal)
    }
    return plainText(part) !== ''
  }

  #addReasoning(as: 'reasoning' | 'reasoning_content' | 'thinking', text: string, rest?: JsonObject): void {
    const open = this.#openedReasoning(as)
    if (open !== undefined) this.#out.append(open, 'reasoning', text)
    else this.#openReasoning(as, { type: 'reasoning', text, hidden: false, ext: makeExt(rest, { as })! })
  }

  /** openedReasoning gives the open part if it has the same key: a signature may come after its text. */
  #openedReasoning(key: string | undefined): OpenPart | undefined {
    const current = this.#reasoning
    return current !== undefined && !current.open.closed && current.key === key ? current.open : undefined
  }

  #openReasoning(key: string, part: ReasoningPart): void {
    this.#closeText()
    this.#closeReasoning()
    this.#reasoning = { key, open: this.#out.open(this.#naming.choice, part) }
  }

  #readContent(content: unknown, whole: boolean): void {
    if (typeof content === 'string') this.#addText(content)
    else if (Array.isArray(content)) for (const entry of content) this.#readEntry(entry)
    // Some vendors parse the JSON they were asked for.
    else if (isObject(content) && whole) this.#addText(JSON.stringify(content))
  }

  #readEntry(entry: unknown): void {
    if (typeof entry === 'string') this.#addText(entry)
    if (!isObject(entry)) return
    if (entry.type === 'text') this.#addText(stringOf(entry.text) ?? '')
    else if (entry.type === 'refusal') this.#addRefusal(stringOf(entry.refusal) ?? '')
    else if (entry.type === 'thinking') this.#addReasoning('thinking', thinkingText(entry.thinking))
    else if (entry.type === 'image_url') this.#readImage(entry)
    else {
      this.#out.whole(this.#naming.choice, {
        type: 'opaque',
        native: { format: FORMAT, object: entry },
        replay: 'same_dialect'
      })
    }
  }

  #addText(text: string): void {
    if (text !== '') this.#out.append(this.#textPart(), 'text', text)
  }

  #textPart(): OpenPart {
    const current = this.openText
    if (current !== undefined) return current
    this.#closeReasoning()
    if (this.#refusal !== undefined) this.#out.close(this.#refusal)
    const spelling: Spelling = { continues: true }
    const ext = this.#texts++ === 0 ? undefined : makeExt(undefined, spelling)
    const head: TextPart = { type: 'text', text: '', ...(ext !== undefined && { ext }) }
    this.#text = this.#out.open(this.#naming.choice, head)
    return this.#text
  }

  #addRefusal(text: string): void {
    if (text === '') return
    if (this.#refusal === undefined || this.#refusal.closed) {
      this.#closeText()
      this.#closeReasoning()
      this.#texts++
      this.#refusal = this.#out.open(this.#naming.choice, { type: 'refusal', text: '' })
    }
    this.#out.append(this.#refusal, 'refusal', text)
  }

  #readLogprobs(logprobs: unknown): void {
    if (!isObject(logprobs)) return
    const content = decodeLogprobs(logprobs.content)
    const refusal = decodeLogprobs(logprobs.refusal)
    if (content !== undefined && this.openText !== undefined) this.#out.set(this.openText, 'logprobs', content)
    else if (refusal !== undefined && this.#refusal?.closed === false) this.#out.set(this.#refusal, 'logprobs', refusal)
    else if (content !== undefined || refusal !== undefined || !('content' in logprobs)) {
      put(this.#members, 'logprobs', logprobs)
    }
  }

  #readAudio(audio: JsonObject): void {
    this.#audio ??= new AudioReader(this.#naming.choice, this.#audioFormat, this.#out)
    this.#audio.read(audio)
  }

  #readImage(image: unknown): void {
    const holder = isObject(image) ? image.image_url : undefined
    const url = isObject(holder) ? stringOf(holder.url) : stringOf(holder)
    if (!isObject(image) || url === undefined) return
    this.#closeText()
    this.#closeReasoning()
    this.#texts++
    const rest = restOf(image, IMAGE_KEYS)
    const ext = makeExt(rest)
    this.#out.whole(this.#naming.choice, { type: 'image', source: urlSource(url), ...(ext !== undefined && { ext }) })
  }

  #readCalls(message: JsonObject, whole: boolean): void {
    const { tool_calls: calls, function_call: legacy } = message
    const any = (Array.isArray(calls) && calls.length > 0) || isObject(legacy)
    if (!any) return
    this.#closeText()
    this.#closeReasoning()
    this.#calls ??= new CallReader(this.#naming, this.#out)
    if (Array.isArray(calls)) for (const call of calls) if (isObject(call)) this.#calls.read(call, whole)
    if (isObject(legacy)) this.#calls.legacy(legacy)
  }

  #readAnnotations(annotations: unknown): void {
    if (!Array.isArray(annotations) || annotations.length === 0) {
      if (annotations !== undefined) put(this.#message, 'annotations', annotations)
      return
    }
    const part = this.#textPart()
    for (const wire of annotations) if (isObject(wire)) this.#out.set(part, 'annotation', decodeAnnotation(wire))
  }

  /** keep holds members the IR has no place for. The last value counts, as it does for the official client library. */
  #keep(kept: JsonObject, rest: JsonObject | undefined, field: string): void {
    if (rest === undefined) return
    for (const key of Object.keys(rest)) {
      const value = rest[key]
      const before = Object.hasOwn(kept, key) ? kept[key] : undefined
      if (typeof before === 'string' && typeof value === 'string' && before !== value && !this.#changed?.has(key)) {
        this.#changed ??= new Set()
        this.#changed.add(key)
        const message = 'a member that is not known came in pieces; its last value is kept'
        this.#out.notice({ feature: 'reply.native', action: 'dropped', field: `${field}.${key}`, message })
      }
      put(kept, key, value)
    }
  }

  #closeText(): void {
    if (this.#text !== undefined) this.#out.close(this.#text)
    if (this.#refusal !== undefined) this.#out.close(this.#refusal)
  }

  #closeReasoning(): void {
    if (this.#reasoning !== undefined) this.#out.close(this.#reasoning.open)
  }
}

const IMAGE_KEYS: ReadonlySet<string> = new Set(['type', 'image_url', 'index'])
