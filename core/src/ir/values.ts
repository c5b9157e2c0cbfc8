/** FormatId names a wire format by its API, never by its vendor. The list is open: a plugin may bring its own. */
export type FormatId =
  | 'chat-completions'
  | 'responses'
  | 'messages'
  | 'gemini'
  | 'completions'
  | 'embeddings'
  | (string & {})

/** Ext holds members that only one format knows, under that format's id. The same format writes them back verbatim. */
export type Ext = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Native is a wire object that is kept but not understood, with the format it came from. */
export interface Native {
  readonly format: FormatId
  readonly object: unknown
}

/** Issuer says who made a piece of opaque state; it is only ever sent back to a compatible issuer. */
export interface Issuer {
  /** Instance id of the provider that issued it, '' when a client replayed it without saying. */
  readonly provider: string
  readonly modelFamily: string
  /** A name of the public registry, e.g. `anthropic-claude-v1`, `openai-responses-v1`, `google-gemini-v1`. */
  readonly format: string
}

/** Seal is opaque state of a model: a signature, encrypted reasoning. Its bytes are never changed. */
export interface Seal {
  readonly kind: 'signature' | 'redacted' | 'encrypted' | 'thought_signature' | 'details'
  readonly data: string
  readonly issuer: Issuer
  readonly itemId?: string
  readonly index?: number
}

/** CacheMark is a cache breakpoint after the part, tool or message that carries it. `ttl` as the client wrote it. */
export interface CacheMark {
  readonly ttl?: string
}

/** Item keeps the borders of wire items (Responses) that several parts of one message came from. */
export interface Item {
  readonly id?: string
  readonly index: number
  readonly phase?: string
  readonly status?: string
}

export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  readonly bytes?: readonly number[] | null
  readonly top?: readonly TokenLogprob[]
}

/** Logprobs of a text or refusal part, token by token. */
export type Logprobs = readonly TokenLogprob[]
