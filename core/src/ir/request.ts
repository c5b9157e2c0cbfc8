import type { HostedKind, Part } from './parts.ts'
import type { CacheMark, Ext, FormatId, Native } from './values.ts'

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool'

/** Message is one turn. System-like turns stay where they were written; an encoder that must hoist them does so. */
export interface Message {
  readonly role: Role
  readonly parts: readonly Part[]
  readonly name?: string
  /** Where a system-like turn stood: in the list, or in the format's own top-level member. */
  readonly origin?: 'list' | 'system' | 'system_instruction' | 'instructions'
  /** The wire put this turn and the one before it into one message (results and text of one Messages user turn). */
  readonly joinedToPrevious?: boolean
  /** A trailing assistant turn that the model is asked to continue. */
  readonly prefill?: boolean
  readonly cache?: CacheMark
  readonly ext?: Ext
}

export interface FunctionTool {
  readonly type: 'function'
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments as the client sent it. */
  readonly schema?: unknown
  readonly strict?: boolean
  readonly cache?: CacheMark
  readonly defer?: boolean
  readonly examples?: readonly unknown[]
  readonly outputSchema?: unknown
  readonly eagerStream?: boolean
  readonly namespace?: string
  readonly ext?: Ext
}
export interface CustomTool {
  readonly type: 'custom'
  readonly name: string
  readonly description?: string
  readonly grammar?: { readonly syntax: string; readonly definition: string }
  readonly namespace?: string
  readonly ext?: Ext
}
/** HostedTool is run by the upstream itself. */
export interface HostedTool {
  readonly type: 'hosted'
  readonly kind: HostedKind
  readonly native: Native
  readonly cache?: CacheMark
}
export type ToolDef = FunctionTool | CustomTool | HostedTool

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'one'; readonly name: string; readonly kind: 'function' | 'custom' }
  | { readonly type: 'subset'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] }
  | { readonly type: 'hosted'; readonly native: Native }

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly minP?: number
  readonly topA?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly repetitionPenalty?: number
  readonly logitBias?: Readonly<Record<string, number>>
}

export type OutputFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly schema: unknown
      readonly name?: string
      readonly description?: string
      readonly strict?: boolean
    }

export interface Output {
  /** Tokens, reasoning included. */
  readonly maxTokens?: number
  readonly stop?: readonly string[]
  readonly n?: number
  readonly logprobs?: { readonly top: number }
  readonly format?: OutputFormat
  readonly modalities?: readonly string[]
  readonly verbosity?: string
  readonly audio?: unknown
  readonly image?: unknown
  readonly prediction?: unknown
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | (string & {})

export interface Reasoning {
  readonly mode: 'default' | 'off' | 'on' | 'adaptive' | 'between_tools'
  readonly effort?: Effort
  /** Tokens, or `auto` for the model's own choice. */
  readonly budgetTokens?: number | 'auto'
  readonly expose: 'default' | 'none' | 'summary' | 'full'
  readonly summary?: string
  readonly context?: string
  readonly execMode?: string
  /** What the client actually said; conversions never overwrite it. */
  readonly source: 'effort' | 'budget' | 'level' | 'suffix' | 'flag'
}

export interface CacheOptions {
  readonly key?: string
  readonly mode?: string
  readonly ttl?: string
  readonly retention?: string
  readonly autoMark?: CacheMark
  readonly handle?: { readonly kind: string; readonly id: string }
}

export interface Identity {
  readonly endUser?: string
  readonly safetyId?: string
  readonly sessionId?: string
}

/** State that lives on a server: it ties a request to who keeps it. */
export interface ServerState {
  readonly store?: boolean
  readonly previousResponseId?: string
  readonly conversation?: unknown
  /** A prompt template that is stored there. */
  readonly prompt?: unknown
  readonly background?: boolean
  readonly truncation?: string
  readonly contextManagement?: unknown
  readonly include?: readonly string[]
}

/** ReplyWishes are what the client said about the form of its reply; only ingress encoders read them. */
export interface ReplyWishes {
  readonly stream: boolean
  readonly includeUsage?: boolean
  readonly obfuscation?: boolean
  /** Flags of the client's dialect of its format, e.g. `reasoning_content`, `functions`. */
  readonly dialect?: readonly string[]
  /**
   * What the encoder of the reply must know of the request, made by the decoder of the same format and read by nobody
   * else. It outlives the request, so it is kept small.
   */
  readonly context?: unknown
}

/** GenerateRequest asks a model for an answer. It is read-only: whoever changes it makes a new one. */
export interface GenerateRequest {
  readonly op: 'generate'
  /** As asked; '' lets a strategy choose. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDef[]
  readonly toolChoice?: ToolChoice
  readonly parallelTools?: boolean
  readonly maxToolCalls?: number
  readonly sampling: Sampling
  readonly output: Output
  readonly reasoning?: Reasoning
  readonly cache?: CacheOptions
  readonly serviceTier?: string
  readonly speed?: string
  readonly identity?: Identity
  readonly metadata?: Readonly<Record<string, string>>
  readonly state?: ServerState
  readonly safety?: unknown
  /** Options of hosted tools that stand outside the tool list. */
  readonly hosted?: { readonly webSearch?: unknown; readonly mcpServers?: unknown; readonly container?: unknown }
  readonly reply: ReplyWishes
  readonly routing?: { readonly strategy?: string; readonly fallbacks?: readonly string[] }
  /** The format it was read from, and the client's headers that may travel to an upstream of that format. */
  readonly ingress: { readonly format: FormatId; readonly headers?: Readonly<Record<string, string>> }
  readonly ext?: Ext
  readonly source?: Source
}

/**
 * Source remembers the wire object an IR node was decoded from. An encoder of the same format may reuse it for a
 * node that is still the very object the decoder made; a node that was replaced loses its reuse by itself.
 */
export interface Source {
  readonly format: FormatId
  wire(node: object): unknown
}
