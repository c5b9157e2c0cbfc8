import type { UpstreamErrorKind } from '../errors/index.ts'
import type { EventBatch, Gap } from '../ir/index.ts'
import type { ResponseHead } from './http.ts'

/** Target is a provider's instance and the model asked of it. `traits` are what the provider knows of that model. */
export interface Target<Traits = unknown> {
  readonly provider: string
  readonly model: string
  readonly traits?: Traits
}

/** UpstreamRequest describes a request to an upstream; the kernel sends it. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST'
  /** Appended to the provider's `baseUrl`, with its query. */
  path: string
  /** Lower-case names. */
  headers: Record<string, string>
  body?: string | Uint8Array
  /** Losses that only the values told, such as a clamped temperature. */
  readonly gaps?: readonly Gap[]
  /** What the decoder of the reply needs to know of the request, e.g. renamed tools. Never the body. */
  readonly context?: unknown
}

/** UpstreamReply is what a provider with a transport of its own answers. */
export interface UpstreamReply {
  readonly head: ResponseHead
  readonly body: AsyncIterable<Uint8Array>
}

/** ResponseDecoder reads one reply. It is synchronous, and the chunk borders make no difference to its events. */
export interface ResponseDecoder {
  push(chunk: Uint8Array): EventBatch
  end(): EventBatch
}

/** UpstreamError is an upstream's refusal in the kernel's words. `message` is shown to the client. */
export interface UpstreamError {
  readonly kind: UpstreamErrorKind
  readonly message: string
  readonly type?: string
  readonly code?: string
  readonly param?: string
  readonly retryAfterMs?: number
}
