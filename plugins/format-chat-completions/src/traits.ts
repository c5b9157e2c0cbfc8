import type { Feature, FeatureTable } from '@isthmus/core'
import { FEATURES } from '@isthmus/core'

/** ReasoningStyle is the member in which an upstream takes the wish to reason. */
export type ReasoningStyle = 'effort' | 'object' | 'thinking' | 'enable_thinking' | 'chat_template_kwargs' | 'think'

/** ChatTraits is what the encoder has to know of a model. What is absent is written as the client wrote it. */
export interface ChatTraits {
  /** Features the model refuses: they are left out, and {@link chatFeatures} says so to the kernel. */
  readonly lacks?: readonly Feature[]
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** Smaller limits are raised to this one. */
  readonly minOutputTokens?: number
  readonly maxOutputTokens?: number
  /** The one role the model takes for instructions. */
  readonly systemRole?: 'system' | 'developer'
  readonly reasoning?: {
    readonly style?: ReasoningStyle
    /** The efforts it knows, `none` among them if it can be turned off. */
    readonly efforts?: readonly string[]
    /** Function tools are refused together with reasoning. */
    readonly refusesTools?: boolean
    /** Reasoning is shown without being asked for. */
    readonly shown?: boolean
  }
  /** Sampling is refused unless reasoning is off. */
  readonly samplingOnlyWithoutReasoning?: boolean
  /** How earlier reasoning is sent back: `as-written` as the client spelled it, and only if it spoke this format. */
  readonly replay?: 'none' | 'as-written' | 'reasoning' | 'reasoning_content' | 'details' | 'thinking'
  readonly cacheMarks?: 'none' | 'cache_control' | 'prompt_cache_breakpoint'
  /** Images and files in the result of a tool: sent in place, or in a user message that follows. */
  readonly resultMedia?: 'inline' | 'follow'
  /** Containers of audio that it reads. */
  readonly audioFormats?: readonly string[]
  /** Stop sequences, at most. */
  readonly maxStops?: number
  /** Characters of `user`, at most: longer ones are hashed. */
  readonly maxUserChars?: number
  /** Ids of calls are letters and digits, exactly so many. */
  readonly callIdChars?: number
  /** The member that marks a last turn of the assistant as one to continue. */
  readonly prefillMember?: 'prefix' | 'partial'
  /** False for a server that refuses `stream_options`. */
  readonly streamUsage?: boolean
  /** Names under which uploaded files of this upstream are known in the IR. */
  readonly fileIssuers?: readonly string[]
}

/** chatFeatures says of a model's traits what the kernel has to know: what the encoder leaves out or does otherwise. */
export function chatFeatures(traits: ChatTraits): Partial<FeatureTable> {
  const table: { -readonly [F in Feature]?: FeatureTable[F] } = {}
  if (traits.systemRole !== undefined) table['input.developer'] = 'converted'
  if (traits.replay === 'none') table['input.reasoning'] = 'dropped'
  if (traits.cacheMarks === 'none') {
    table['cache.mark'] = 'dropped'
    table['tools.cache'] = 'dropped'
  }
  if (traits.resultMedia === 'inline') table['tools.result.media'] = 'exact'
  if (traits.prefillMember !== undefined) table['input.prefill'] = 'exact'
  if (traits.reasoning?.shown) table['reasoning.expose'] = 'converted'
  for (const feature of traits.lacks ?? []) {
    table[feature] = FEATURES[feature].class === 'meaning' ? 'rejected' : 'dropped'
  }
  return table
}
