import type { Shape, Size } from '../content.ts'

/** Wire is a wire format of the bench. */
export type Wire = 'chat' | 'responses' | 'messages' | 'gemini' | 'embeddings'

/** Ask is a request. */
export interface Ask {
  readonly model: string
  readonly size: Size
  readonly stream: boolean
}

/** WireFormat is what the bench knows of a format: how its clients ask and its upstreams answer. */
export interface WireFormat {
  /** The provider of the bench's config that speaks it to the upstream. */
  readonly provider: string
  /** Where a client asks, and the gateway asks the upstream. */
  path(ask: Ask): string
  /** Lines of the head that hold the client's key. */
  readonly credential: string
  /** The body of a request; the same conversation in every format. */
  body(ask: Ask): object
  /** The body of a reply that is not streamed. */
  whole(shape: Shape): object
  /** The server-sent events of a streamed reply, one string each. */
  events(shape: Shape): string[]
  /** How many events come up to the first text. */
  readonly eventsToText: number
  /** What the last bytes of a reply hold that is not streamed. */
  readonly endOfWhole: string
  /** What the last bytes of a streamed reply hold. */
  readonly endOfStream: string
  /** The text of a reply that is not streamed. */
  textOf(reply: Loose): string
  /** The text that an event adds. */
  deltaOf(event: Loose): string
}

/** Loose is JSON of which nothing is known. */
export interface Loose {
  readonly [key: string]: Loose | undefined
}

/** at reads a member that may be missing. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Loose | undefined | null)?.[key], value)

/** stringOf reads a text that may be missing. */
export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** joined puts the texts together that stand in a list. */
export const joined = (value: unknown, read: (item: unknown) => unknown): string =>
  (Array.isArray(value) ? value : []).map(item => stringOf(read(item))).join('')

/** named writes an event with its `event:` line. */
export const named = (value: { readonly type: string; readonly [member: string]: unknown }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`
