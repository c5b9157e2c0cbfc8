import type { GatewayError } from '../errors/index.ts'
import {
  type DeltaValues,
  type EventBatch,
  endEvent,
  errorEvent,
  finishEvent,
  heartbeatEvent,
  nativeEvent,
  noticeEvent,
  partEnd,
  partStart,
  startEvent,
  textDelta,
  usageEvent,
  valueDelta
} from './events.ts'
import type { Gap } from './gaps.ts'
import { OpenPart } from './open-part.ts'
import { headOf, isHead } from './part-head.ts'
import type { Part, ToolCallPart } from './parts.ts'
import type { Finish, ReplyMeta } from './response.ts'
import type { Usage } from './usage.ts'
import type { Native } from './values.ts'

type TextKind = 'text' | 'args' | 'reasoning' | 'refusal' | 'transcript' | 'audio'
type ValueKind = Exclude<keyof DeltaValues, TextKind>

/** ChoiceState is how far a choice is: the parts it has had, and whether it has ended. */
interface ChoiceState {
  parts: number
  finished: boolean
}

/**
 * ReplyBuilder writes grammatical events for a decoder: it numbers parts, remembers which are open, adds up their
 * deltas and closes what is left at the end. A decoder says what it read; the grammar takes care of itself. What comes
 * before `start` starts the reply without a name; content after a finish or an end is ignored.
 */
export class ReplyBuilder {
  #batch: EventBatch = []
  #open: OpenPart[] = []
  // Keyed by the upstream's number of a choice.
  #choices = new Map<number, ChoiceState>()
  #calls: Map<string, number> | undefined
  #started = false
  #ended = false

  get started(): boolean {
    return this.#started
  }
  get ended(): boolean {
    return this.#ended
  }
  /** The choices that have begun, finished ones included. */
  get choices(): readonly number[] {
    return [...this.#choices.keys()]
  }
  isFinished(choice: number): boolean {
    return this.#choices.get(choice)?.finished === true
  }

  /** take hands over what was written since the last call. */
  take(): EventBatch {
    const batch = this.#batch
    this.#batch = []
    return batch
  }

  /** start may be called more than once: only the first counts, as some upstreams repeat it. */
  start(id: string, model: string, created?: number, usage?: Usage, meta?: ReplyMeta): void {
    if (this.#started || this.#ended) return
    this.#started = true
    this.#batch.push(startEvent(id, model, created, usage, meta))
  }

  /**
   * open begins a part; its index is the next of its choice. What the part already holds of text, arguments, summary,
   * citations or seal is written as deltas, so that a first piece that came with the opening is not lost. A call with
   * the id of an earlier one gets an id of its own: its result could not be told from the other's.
   */
  open(choice: number, part: Part): OpenPart {
    if (this.#ended || this.isFinished(choice)) return new OpenPart(choice, -1, part)
    this.#ensureStarted()
    const index = this.#choice(choice).parts++
    const bare = isHead(part) ? part : headOf(part)
    const head = bare.type === 'tool_call' ? this.#distinct(choice, bare) : bare
    const open = new OpenPart(choice, index, head)
    this.#open.push(open)
    this.#batch.push(partStart(choice, index, head))
    if (bare !== part) this.#content(open, part)
    return open
  }

  /** append adds text to an open part. Empty text says nothing and is left out. */
  append(open: OpenPart, kind: TextKind, text: string): void {
    if (text === '' || open.index < 0 || open.closed || this.#ended) return
    open.append(kind, text)
    this.#batch.push(textDelta(open.choice, open.index, kind, text))
  }

  /** set adds a delta that is more than text; `text` goes with `summary`. */
  set<K extends ValueKind>(open: OpenPart, kind: K, value: DeltaValues[K], text = ''): void {
    if (open.index < 0 || open.closed || this.#ended) return
    open.add(kind, value, text)
    this.#batch.push(valueDelta(open.choice, open.index, kind, value, text))
  }

  /**
   * close ends a part. `final` is the whole part where the wire repeats it at its end: what it holds beyond what was
   * added before is written as deltas first. A call of a function without arguments gets `{}`.
   */
  close(open: OpenPart, final?: Part): void {
    if (open.closed) return
    const at = this.#open.indexOf(open)
    if (at >= 0) {
      if (final !== undefined) this.#content(open, final)
      const { head } = open
      const noArguments = head.type === 'tool_call' && head.kind === 'function' && open.text === ''
      if (noArguments) this.append(open, 'args', '{}')
      const last =
        final?.type === 'tool_call' && head.type === 'tool_call'
          ? { ...final, id: head.id, ...(noArguments && { argsText: '{}' }) }
          : final
      this.#open.splice(at, 1)
      this.#batch.push(partEnd(open.choice, open.index, last ?? open.finalPart()))
    }
    open.closed = true
  }

  /** whole writes a part that came in one piece: what grows in a stream as deltas, so that stages see one form of it. */
  whole(choice: number, part: Part): void {
    this.close(this.open(choice, part))
  }

  closeChoice(choice: number): void {
    for (let at = 0; at < this.#open.length; ) {
      const open = this.#open[at] as OpenPart
      if (open.choice === choice) this.close(open)
      else at++
    }
  }

  usage(usage: Usage): void {
    if (this.#ended) return
    this.#ensureStarted()
    this.#batch.push(usageEvent(usage))
  }

  /** finish closes the parts of a choice and ends it; a second finish of the same choice is ignored. */
  finish(choice: number, finish: Finish): void {
    if (this.#ended || this.isFinished(choice)) return
    this.#ensureStarted()
    this.closeChoice(choice)
    this.#choice(choice).finished = true
    this.#batch.push(finishEvent(choice, finish))
  }

  heartbeat(): void {
    if (!this.#ended) this.#batch.push(heartbeatEvent())
  }
  native(native: Native): void {
    if (this.#ended) return
    this.#ensureStarted()
    this.#batch.push(nativeEvent(native))
  }
  notice(gap: Gap): void {
    if (this.#ended) return
    this.#ensureStarted()
    this.#batch.push(noticeEvent(gap))
  }

  /**
   * end is the proper end; what is written after it is ignored. A choice that has begun and got no finish ends as
   * `other`. A reply without any choice is no answer: it stays open, and the wire helper makes an error of it.
   */
  end(meta?: ReplyMeta): void {
    if (this.#ended || this.#choices.size === 0) return
    for (const choice of this.#choices.keys()) this.finish(choice, { reason: 'other', native: '' })
    this.#ended = true
    this.#batch.push(endEvent(meta))
  }

  /** fail ends the reply with an error; nothing follows. */
  fail(error: GatewayError): void {
    if (this.#ended) return
    this.#ended = true
    this.#batch.push(errorEvent(error), endEvent())
  }

  #choice(choice: number): ChoiceState {
    let state = this.#choices.get(choice)
    if (state === undefined) {
      state = { parts: 0, finished: false }
      this.#choices.set(choice, state)
    }
    return state
  }

  #distinct(choice: number, call: ToolCallPart): ToolCallPart {
    this.#calls ??= new Map()
    const { id } = call
    const times = (this.#calls.get(`${choice} ${id}`) ?? 0) + 1
    this.#calls.set(`${choice} ${id}`, times)
    return times === 1 ? call : this.#distinct(choice, { ...call, id: `${id}_${times}` })
  }

  #ensureStarted(): void {
    if (!this.#started) this.start('', '')
  }

  /** #content writes what a part holds beyond what its deltas have said so far. */
  #content(open: OpenPart, part: Part): void {
    switch (part.type) {
      case 'text':
        this.#rest(open, 'text', part.text)
        for (const annotation of (part.annotations ?? []).slice(open.annotated))
          this.set(open, 'annotation', annotation)
        if (part.logprobs !== undefined && !open.hasLogprobs) this.set(open, 'logprobs', part.logprobs)
        break
      case 'refusal':
        this.#rest(open, 'refusal', part.text)
        if (part.logprobs !== undefined && !open.hasLogprobs) this.set(open, 'logprobs', part.logprobs)
        break
      case 'reasoning':
        if (part.text !== undefined) this.#rest(open, 'reasoning', part.text)
        if (!open.summarised) {
          part.summary?.forEach((text, at) => {
            this.set(open, 'summary', at, text)
          })
        }
        break
      case 'tool_call':
        this.#rest(open, 'args', part.argsText)
        break
    }
    if (part.seal !== undefined && !open.sealed) this.set(open, 'seal', part.seal)
  }

  #rest(open: OpenPart, kind: TextKind, text: string): void {
    if (text.length > open.text.length && text.startsWith(open.text)) {
      this.append(open, kind, text.slice(open.text.length))
    }
  }
}
