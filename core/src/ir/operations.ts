import type { Part } from './parts.ts'
import type { GenerateRequest, Identity, Sampling } from './request.ts'
import type { Usage } from './usage.ts'
import type { Ext } from './values.ts'

/** EmbedRequest asks for vectors. */
export interface EmbedRequest {
  readonly op: 'embed'
  readonly model: string
  readonly inputs: readonly (string | readonly number[] | readonly Part[])[]
  readonly dimensions?: number
  readonly encoding?: 'float' | 'base64'
  readonly task?: string
  readonly title?: string
  readonly identity?: Identity
  readonly ext?: Ext
}
/** EmbedReply keeps vectors in the form they came in: numbers, or base64 of little-endian float32. */
export interface EmbedReply {
  readonly model: string
  readonly vectors: readonly { readonly index: number; readonly values: readonly number[] | string }[]
  readonly usage?: Usage
  readonly ext?: Ext
}

/** CompleteRequest is a legacy text completion; its reply is a Response with one choice per prompt × n. */
export interface CompleteRequest {
  readonly op: 'complete'
  readonly model: string
  readonly prompts: readonly (string | readonly number[])[]
  readonly suffix?: string
  readonly echo?: boolean
  readonly bestOf?: number
  readonly logprobs?: number
  readonly n?: number
  readonly sampling: Sampling
  readonly stop?: readonly string[]
  readonly maxTokens?: number
  readonly stream: boolean
  readonly identity?: Identity
  readonly ext?: Ext
}

/** CountRequest is the input side of a GenerateRequest. */
export interface CountRequest {
  readonly op: 'count_tokens'
  readonly input: Omit<GenerateRequest, 'op' | 'reply'>
}
export interface CountReply {
  readonly inputTokens: number
  readonly estimated: boolean
  readonly native?: unknown
}

/** Operation names what a route does. `generate` is the large one; the others have small types of their own. */
export type Operation = 'generate' | 'embed' | 'complete' | 'count_tokens'

/** IrRequest is what an ingress decodes. */
export type IrRequest = GenerateRequest
