import type { GatewayError } from '../errors/index.ts'
import type { EventBatch, FeatureTable, FormatId, Gap, GenerateRequest, IrResponse } from '../ir/index.ts'
import type { RequestHead, ResponseHead } from './http.ts'
import type { ModelInfo, ModelRow, ResponseDecoder, Target, UpstreamError } from './upstream.ts'

/** ReplyOptions are what an encoder of a reply may know of the exchange. They outlive the request. */
export interface ReplyOptions {
  /** The exchange's id, for replies that came without one. */
  readonly id: string
  /** Seconds since 1970, for replies that came without a time. */
  readonly created: number
  /** The model as the client asked for it, for replies that name none. */
  readonly model: string
  readonly includeUsage: boolean
  readonly dialect: readonly string[]
}

/**
 * StreamEncoder writes the client's stream. After `end` or `fail` the stream is well-formed and complete. `push` is given
 * every event, `error` and `end` included; `fail` or `end` follows all the same, and adds only what is still missing.
 */
export interface StreamEncoder {
  readonly contentType: string
  /** push gives the text for a batch, '' when there is nothing to send. */
  push(batch: EventBatch): string
  end(): string
  fail(error: GatewayError): string
  /** ping gives the format's keep-alive; it may come before the first batch. */
  ping?(): string
}

/** EncodedRequest is a request in a wire format, with what was lost and what the reply's decoder has to know. */
export interface EncodedRequest {
  readonly body: Record<string, unknown>
  readonly gaps: readonly Gap[]
  readonly headers?: Readonly<Record<string, string>>
  readonly context?: unknown
}

/** ErrorReply is an error in a format's own shape. */
export interface ErrorReply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Rewrite changes a JSON object of a reply before it is decoded: how a dialect's reply becomes the format's. */
export type Rewrite = (body: Record<string, unknown>) => Record<string, unknown>

/** WireFormat is one wire format in both directions. All of it is pure: no I/O, no clock, no randomness. */
export interface WireFormat<Traits = unknown> {
  readonly id: FormatId
  /** What this format makes of each feature: of a request when it is the upstream's, of a reply when it is the client's. */
  readonly features: FeatureTable
  /** repliesWith gives the table for one exchange, where a dialect says more than the format. */
  repliesWith?(options: ReplyOptions): FeatureTable
  /** Client headers that travel to an upstream of the same format, and back from it. Lower case. */
  readonly forward: { readonly request: readonly string[]; readonly response: readonly string[] }
  readonly request: {
    /** decode throws `invalid_request` with the offending path. */
    decode(body: unknown, head: RequestHead): GenerateRequest
    encode(request: GenerateRequest, target: Target<Traits>): EncodedRequest
  }
  readonly response: {
    /** decoder reads a reply, whole or streamed, as its content type says. */
    decoder(head: ResponseHead, target: Target, context: unknown, rewrite?: Rewrite): ResponseDecoder
    encode(response: IrResponse, options: ReplyOptions): unknown
    encoder(options: ReplyOptions): StreamEncoder
  }
  readonly error: {
    decode(head: ResponseHead, body: Uint8Array): UpstreamError
    /** `requestId` is the exchange's id, for envelopes that have a place for it. */
    encode(error: GatewayError, requestId: string): ErrorReply
  }
  readonly models: {
    decode(body: unknown): readonly ModelInfo[]
    encodeList(rows: readonly ModelRow[], head: RequestHead): unknown
    encodeOne(row: ModelRow): unknown
  }
}
