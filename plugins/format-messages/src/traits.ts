/** ThinkingMode is a value of `thinking.type` that a model may accept. */
export type ThinkingMode = 'enabled' | 'adaptive' | 'disabled' | 'between_tools'

/**
 * MessagesTraits is what a provider knows of a model behind this format. Every member is optional: where nothing is
 * known, the request goes out as it was asked for.
 */
export interface MessagesTraits {
  /** Largest `max_tokens`; also sent when the client named no limit, as the format requires one. */
  readonly maxOutput?: number
  /** `one`: temperature or top_p, not both. `none`: only the values that change nothing. */
  readonly sampling?: 'full' | 'one' | 'none'
  readonly thinking?: readonly ThinkingMode[]
  /** The highest effort at which thinking can be turned off. */
  readonly offUpTo?: string
  /** Values of `output_config.effort`; empty when the model has none. */
  readonly efforts?: readonly string[]
  readonly forcedTools?: 'yes' | 'without_thinking' | 'no'
  /** Whether `output_config.format` takes a schema; without it a forced tool stands in. */
  readonly nativeSchema?: boolean
  readonly strictTools?: boolean
  /** Whether instructions may stand inside `messages`. */
  readonly inListSystem?: boolean
  /** `any`: reasoning without a signature may be sent back, as servers that do not sign theirs want it. */
  readonly replay?: 'sealed' | 'any'
  /** Values that every request adds to `anthropic-beta`. */
  readonly betas?: readonly string[]
  /** Values of the client's `anthropic-beta` that may pass; all of them when absent. */
  readonly clientBetas?: readonly string[]
}
