import type { TSchema } from 'typebox'
import type { GatewayError } from '../errors/index.ts'
import type {
  CompleteRequest,
  CountRequest,
  EmbedRequest,
  EventBatch,
  FeatureTable,
  FormatId,
  Gap,
  GenerateRequest,
  IrRequest,
  IrResponse,
  Operation,
  OperationReply
} from '../ir/index.ts'
import type { RequestHead, ResponseHead } from './http.ts'
import type { ModelInfo, ModelRow } from './models.ts'
import type { ResponseDecoder, Target, UpstreamError } from './upstream.ts'

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
  /** The `context` of the reply wishes, as the format's own decoder made it. */
  readonly context?: unknown
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

/** UpstreamCodec is the side of a codec that a provider needs. */
export interface UpstreamCodec<Request extends IrRequest, Traits = unknown> {
  readonly id: FormatId
  /** Default: `generate`. */
  readonly operation?: Operation
  /** An answer that paused goes on when it is sent back as it is. */
  readonly resumes?: true
  /** What this format makes of each feature: of a request when it is the upstream's, of a reply when it is the client's. */
  readonly features: FeatureTable
  /** Client headers that travel to an upstream of the same format, and back from it. Lower case. */
  readonly forward: { readonly request: readonly string[]; readonly response: readonly string[] }
  readonly request: { encode(request: Request, target: Target<Traits>): EncodedRequest }
  readonly response: {
    /** decoder reads a reply, whole or streamed, as its content type says. */
    decoder(head: ResponseHead, target: Target, context: unknown, rewrite?: Rewrite): ResponseDecoder
  }
  readonly error: { decode(head: ResponseHead, body: Uint8Array): UpstreamError }
}

/** RequestReader reads a client's request. */
export interface RequestReader<Request> {
  /** decode throws `invalid_request` with the offending path. */
  decode(body: unknown, head: RequestHead): Request
  /** The schema that `decode` checks bodies against, for the API's own documentation. */
  readonly schema?: TSchema
}

/** ErrorWriter writes errors in a format's own shape. `requestId` is the exchange's id, for envelopes that have a place for it. */
export interface ErrorWriter {
  encode(error: GatewayError, requestId: string): ErrorReply
}

/**
 * MessageFormat is one wire format of an operation that answers with a message, in both directions. All of it is pure: no
 * I/O, no clock, no randomness.
 */
export interface MessageFormat<Request extends GenerateRequest | CompleteRequest, Traits = unknown>
  extends UpstreamCodec<Request, Traits> {
  /** repliesWith gives the table for one exchange, where a dialect says more than the format. */
  repliesWith?(options: ReplyOptions): FeatureTable
  readonly request: UpstreamCodec<Request, Traits>['request'] & RequestReader<Request>
  readonly response: UpstreamCodec<Request, Traits>['response'] & {
    encode(response: IrResponse, options: ReplyOptions): unknown
    encoder(options: ReplyOptions): StreamEncoder
  }
  readonly error: UpstreamCodec<Request, Traits>['error'] & ErrorWriter
}

/** ResultFormat is one wire format of an operation that answers with one value, such as vectors or a number. */
export interface ResultFormat<
  Request extends EmbedRequest | CountRequest,
  Reply extends OperationReply,
  Traits = unknown
> extends UpstreamCodec<Request, Traits> {
  readonly request: UpstreamCodec<Request, Traits>['request'] & RequestReader<Request>
  readonly response: UpstreamCodec<Request, Traits>['response'] & {
    encode(reply: Reply, request: Request, options: ReplyOptions): unknown
  }
  readonly error: UpstreamCodec<Request, Traits>['error'] & ErrorWriter
}

/** ModelLists read and write a format's lists of models. */
export interface ModelLists {
  decode(body: unknown): readonly ModelInfo[]
  encodeList(rows: readonly ModelRow[], head: RequestHead): unknown
  encodeOne(row: ModelRow): unknown
}

/** WireFormat is the wire format of conversations with a model, with its lists of models. */
export interface WireFormat<Traits = unknown> extends MessageFormat<GenerateRequest, Traits> {
  readonly models: ModelLists
}
