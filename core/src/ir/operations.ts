import type { Part } from './parts.ts'
import type { GenerateRequest, Identity, Output, ReplyWishes, Sampling } from './request.ts'
import type { Usage } from './usage.ts'
import type { Ext } from './values.ts'

/** Operation names what a client asks for. `generate` is the large one; the others have small types of their own. */
export type Operation = 'generate' | 'complete' | 'embed' | 'count_tokens'

/** What every operation's request has, whatever it asks for. */
type Common = Pick<GenerateRequest, 'model' | 'routing' | 'ingress'> & { readonly ext?: Ext }

/** EmbedRequest asks for vectors, one for each input. */
export interface EmbedRequest extends Common {
  readonly op: 'embed'
  /** Text, token ids, or parts where the model embeds more than text. */
  readonly inputs: readonly (string | readonly number[] | readonly Part[])[]
  /** Length of the vectors. */
  readonly dimensions?: number
  /** The form in which the client wants its vectors. */
  readonly encoding?: 'float' | 'base64'
  /** What the vectors are for, in the words of Gemini's `taskType`. */
  readonly task?: string
  /** The title of what is embedded. */
  readonly title?: string
  /** Titles of the inputs in their order, '' for none, where they are not all the same. */
  readonly titles?: readonly string[]
  readonly identity?: Identity
}

/**
 * EmbedReply keeps vectors in the form they came in: numbers, or base64, which is of little-endian float32 unless the
 * client asked for what only its own format knows.
 */
export interface EmbedReply {
  readonly op: 'embed'
  readonly model: string
  /** In the order of the inputs. */
  readonly vectors: readonly (readonly number[] | string)[]
  readonly usage?: Usage
  readonly ext?: Ext
}

/** CompleteRequest asks for text that goes on from a prompt. Its reply has one choice for each prompt × n. */
export interface CompleteRequest extends Common {
  readonly op: 'complete'
  readonly prompts: readonly (string | readonly number[])[]
  readonly suffix?: string
  readonly echo?: boolean
  readonly bestOf?: number
  readonly sampling: Sampling
  readonly output: Pick<Output, 'maxTokens' | 'stop' | 'n' | 'logprobs'>
  readonly reply: ReplyWishes
  readonly identity?: Identity
}

/** CountRequest asks how many tokens the input of a request has. */
export interface CountRequest extends Common {
  readonly op: 'count_tokens'
  readonly input: GenerateRequest
}

/** CountReply is the number, and whether it was only estimated. */
export interface CountReply {
  readonly op: 'count_tokens'
  readonly inputTokens: number
  readonly cachedTokens?: number
  readonly estimated: boolean
  readonly ext?: Ext
}

/** OperationReply is the reply of an operation that answers with one value instead of a message. */
export type OperationReply = EmbedReply | CountReply

/** IrRequest is what an ingress decodes. */
export type IrRequest = GenerateRequest | CompleteRequest | EmbedRequest | CountRequest

/** NO_WISHES are those of a reply that is not streamed. */
export const NO_WISHES: ReplyWishes = Object.freeze({ stream: false })

/** wishesOf gives what a request says of the form of its reply. */
export function wishesOf(request: IrRequest): ReplyWishes {
  return request.op === 'generate' || request.op === 'complete' ? request.reply : NO_WISHES
}

/**
 * asGenerate turns a text completion into a conversation of one user turn, for an upstream that only converses. What the
 * conversation cannot say is still a feature of the completion, so that the plan sees it.
 */
export function asGenerate(request: CompleteRequest): GenerateRequest {
  const { model, prompts, sampling, output, reply, identity, routing, ingress, ext } = request
  const text = prompts.find(prompt => typeof prompt === 'string') ?? ''
  return {
    op: 'generate',
    model,
    messages: [{ role: 'user', parts: [{ type: 'text', text: text as string }] }],
    tools: [],
    sampling,
    output,
    reply,
    ...(identity !== undefined && { identity }),
    ...(routing !== undefined && { routing }),
    ingress,
    // No encoder of conversations knows them; each says so in its report.
    ...(ext !== undefined && { ext })
  }
}
