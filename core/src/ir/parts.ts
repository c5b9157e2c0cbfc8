import type { CacheMark, Ext, Item, Logprobs, Native, Seal } from './values.ts'

/** MediaSource says where the bytes of a media part are. Inline data stays the base64 text it came as. */
export type MediaSource =
  | { readonly kind: 'inline'; readonly mime: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string; readonly mime?: string }
  | { readonly kind: 'file_ref'; readonly provider: string; readonly id: string; readonly mime?: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'blocks'; readonly parts: readonly Part[] }

/** Annotation is a citation. `unit` says what `start` and `end` count. */
export interface Annotation {
  readonly kind: 'url' | 'file' | 'char' | 'page' | 'block' | 'search' | 'container_file' | 'path'
  readonly start?: number
  readonly end?: number
  readonly unit?: 'codepoint' | 'utf16' | 'byte'
  readonly url?: string
  readonly title?: string
  readonly citedText?: string
  readonly file?: string
  readonly native?: Native
}

interface PartBase {
  readonly cache?: CacheMark
  readonly seal?: Seal
  readonly item?: Item
  readonly ext?: Ext
}

export interface TextPart extends PartBase {
  readonly type: 'text'
  readonly text: string
  readonly annotations?: readonly Annotation[]
  readonly logprobs?: Logprobs
}
export interface ImagePart extends PartBase {
  readonly type: 'image'
  readonly source: MediaSource
  readonly detail?: string
}
export interface AudioPart extends PartBase {
  readonly type: 'audio'
  readonly source: MediaSource
  readonly format?: string
  readonly transcript?: string
  readonly expiresAt?: number
}
export interface VideoPart extends PartBase {
  readonly type: 'video'
  readonly source: MediaSource
  readonly clip?: { readonly start?: string; readonly end?: string; readonly fps?: number }
}
export interface FilePart extends PartBase {
  readonly type: 'file'
  readonly source: MediaSource
  /** `search_result` marks a file part that is a search result with a source of its own. */
  readonly kind?: 'document' | 'search_result'
  readonly filename?: string
  readonly title?: string
  readonly context?: string
  readonly citations?: boolean
  readonly detail?: string
}
export interface ToolCallPart extends PartBase {
  readonly type: 'tool_call'
  readonly id: string
  readonly name: string
  readonly kind: 'function' | 'custom'
  /** The arguments exactly as the model wrote them: JSON text for a function (possibly invalid), free text for a custom tool. */
  readonly argsText: string
  readonly namespace?: string
  readonly caller?: unknown
}
export interface ToolResultPart extends PartBase {
  readonly type: 'tool_result'
  readonly callId: string
  readonly name?: string
  readonly content: readonly Part[]
  readonly isError?: boolean
  readonly structured?: unknown
}
export type HostedKind =
  | 'web_search'
  | 'web_fetch'
  | 'code'
  | 'file_search'
  | 'image'
  | 'computer'
  | 'mcp'
  | 'shell'
  | 'patch'
  | 'memory'
  | 'tool_search'
  | 'maps'
  | 'url_context'
  | 'other'
/** A call or result of a tool that the upstream runs itself. It can be replayed only in the format it came from. */
export interface HostedPart extends PartBase {
  readonly type: 'hosted_call' | 'hosted_result'
  readonly kind: HostedKind
  readonly id: string
  readonly input?: unknown
  readonly output?: unknown
  readonly status?: string
  readonly native: Native
}
/** Reasoning of the model. `hidden` means sealed: there is no text to show, only the seal to keep. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning'
  readonly text?: string
  readonly summary?: readonly string[]
  readonly hidden: boolean
}
export interface RefusalPart extends PartBase {
  readonly type: 'refusal'
  readonly text: string
  readonly logprobs?: Logprobs
}
/** A block of one format that has no meaning elsewhere (compaction, container upload, an unknown type). */
export interface OpaquePart extends PartBase {
  readonly type: 'opaque'
  readonly native: Native
  readonly replay: 'same_dialect' | 'never'
  /** One line for a model or a reader of another format, if the block can be put in words. */
  readonly describe?: string
}

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | VideoPart
  | FilePart
  | ToolCallPart
  | ToolResultPart
  | HostedPart
  | ReasoningPart
  | RefusalPart
  | OpaquePart

export type PartType = Part['type']
