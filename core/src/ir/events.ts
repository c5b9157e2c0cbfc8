import type { GatewayError } from '../errors/index.ts'
import type { Gap } from './gaps.ts'
import type { OperationReply } from './operations.ts'
import type { Annotation, Part } from './parts.ts'
import type { Finish, ReplyMeta } from './response.ts'
import type { Usage } from './usage.ts'
import type { Logprobs, Native, Seal } from './values.ts'

/*
 * Events are made by the constructors below and nowhere else, so that engines see one hidden class for each type.
 * They are read by property and never spread or enumerated outside the codec that made them.
 */

export interface StartEvent {
  readonly type: 'start'
  /** The upstream's id of the reply, '' when it gave none. */
  readonly id: string
  readonly model: string
  readonly created: number | undefined
  readonly usage: Usage | undefined
  readonly meta: ReplyMeta | undefined
}
/** PartStartEvent opens a part with what is known of it: a text part with '', a call with id and name. */
export interface PartStartEvent {
  readonly type: 'part_start'
  readonly choice: number
  readonly index: number
  readonly part: Part
}
/** DeltaValues are the kinds of delta that carry more than text. */
export interface DeltaValues {
  /** More text of a text, refusal or transcript; arguments of a call; reasoning text. */
  text: undefined
  args: undefined
  reasoning: undefined
  refusal: undefined
  transcript: undefined
  /** Base64 audio in `text`. */
  audio: undefined
  /** Reasoning summary: `value` is the index of the summary paragraph. */
  summary: number
  seal: Seal
  annotation: Annotation
  logprobs: Logprobs
  image_partial: Native
  hosted_status: string
  args_patch: { readonly path: string; readonly value: unknown }
  native: Native
}
export type DeltaKind = keyof DeltaValues
export interface PartDelta<K extends DeltaKind> {
  readonly type: 'part_delta'
  readonly choice: number
  readonly index: number
  readonly kind: K
  readonly text: string
  readonly value: DeltaValues[K]
}
export type PartDeltaEvent = { [K in DeltaKind]: PartDelta<K> }[DeltaKind]
/** PartEndEvent closes a part and holds its final value, which equals what the deltas add up to. */
export interface PartEndEvent {
  readonly type: 'part_end'
  readonly choice: number
  readonly index: number
  readonly part: Part
}
/** UsageEvent holds totals so far; the last one counts. */
export interface UsageEvent {
  readonly type: 'usage'
  readonly usage: Usage
}
export interface FinishEvent {
  readonly type: 'finish'
  readonly choice: number
  readonly finish: Finish
}
/** ResultEvent is the whole reply of an operation that answers with one value, such as vectors. */
export interface ResultEvent {
  readonly type: 'result'
  readonly reply: OperationReply
}
export interface ErrorEvent {
  readonly type: 'error'
  readonly error: GatewayError
}
export interface EndEvent {
  readonly type: 'end'
  readonly meta: ReplyMeta | undefined
}
export interface HeartbeatEvent {
  readonly type: 'heartbeat'
}
/** NativeEvent is a wire event without meaning in the IR; it is replayed only in the format it came from. */
export interface NativeEvent {
  readonly type: 'native'
  readonly native: Native
}
export interface NoticeEvent {
  readonly type: 'notice'
  readonly gap: Gap
}

export type IrEvent =
  | StartEvent
  | PartStartEvent
  | PartDeltaEvent
  | PartEndEvent
  | UsageEvent
  | FinishEvent
  | ResultEvent
  | ErrorEvent
  | EndEvent
  | HeartbeatEvent
  | NativeEvent
  | NoticeEvent
export type EventType = IrEvent['type']

/** EventBatch is the events that came out of one upstream chunk. It belongs to the stage that is running. */
export type EventBatch = IrEvent[]

export const startEvent = (
  id: string,
  model: string,
  created?: number | undefined,
  usage?: Usage | undefined,
  meta?: ReplyMeta | undefined
): StartEvent => ({ type: 'start', id, model, created, usage, meta })
export const partStart = (choice: number, index: number, part: Part): PartStartEvent => ({
  type: 'part_start',
  choice,
  index,
  part
})
/** textDelta is the common delta: one that carries text alone. */
export const textDelta = (
  choice: number,
  index: number,
  kind: 'text' | 'args' | 'reasoning' | 'refusal' | 'transcript' | 'audio',
  text: string
): PartDeltaEvent => ({ type: 'part_delta', choice, index, kind, text, value: undefined })
export const valueDelta = <K extends Exclude<DeltaKind, 'text' | 'args' | 'reasoning' | 'refusal'>>(
  choice: number,
  index: number,
  kind: K,
  value: DeltaValues[K],
  text = ''
): PartDeltaEvent => ({ type: 'part_delta', choice, index, kind, text, value }) as PartDeltaEvent
export const partEnd = (choice: number, index: number, part: Part): PartEndEvent => ({
  type: 'part_end',
  choice,
  index,
  part
})
/** atIndex gives an event of a part with another index. */
export const atIndex = <E extends PartStartEvent | PartDeltaEvent | PartEndEvent>(event: E, index: number): E => ({
  ...event,
  index
})
export const usageEvent = (usage: Usage): UsageEvent => ({ type: 'usage', usage })
export const finishEvent = (choice: number, finish: Finish): FinishEvent => ({ type: 'finish', choice, finish })
export const resultEvent = (reply: OperationReply): ResultEvent => ({ type: 'result', reply })
export const errorEvent = (error: GatewayError): ErrorEvent => ({ type: 'error', error })
export const endEvent = (meta?: ReplyMeta | undefined): EndEvent => ({ type: 'end', meta })
export const heartbeatEvent = (): HeartbeatEvent => ({ type: 'heartbeat' })
export const nativeEvent = (native: Native): NativeEvent => ({ type: 'native', native })
export const noticeEvent = (gap: Gap): NoticeEvent => ({ type: 'notice', gap })

/** commits tells whether an event carries content: after it, no other candidate may answer. */
export function commits(event: IrEvent): boolean {
  switch (event.type) {
    case 'part_delta':
    case 'finish':
      return true
    case 'part_start':
      return event.part.type === 'tool_call' || event.part.type === 'hosted_call' || event.part.type === 'hosted_result'
    default:
      return false
  }
}
