import type { ChatTraits } from '@isthmus/format-chat-completions'

/** Quirk is one way in which a server differs from the format, under a name that a config can state. */
interface Quirk {
  readonly about: string
  readonly traits: ChatTraits
}

/** QUIRKS are the names, what each means, and what it tells the encoder. Of two that contradict the later one counts. */
export const QUIRKS = {
  'max-tokens': { about: 'The limit is called `max_tokens`.', traits: { maxTokensField: 'max_tokens' } },
  'max-completion-tokens': {
    about: 'The limit is called `max_completion_tokens`.',
    traits: { maxTokensField: 'max_completion_tokens' }
  },
  'least-16-tokens': { about: 'Limits under 16 are refused.', traits: { minOutputTokens: 16 } },
  'system-role': { about: 'Instructions have the role `system` only.', traits: { systemRole: 'system' } },
  'developer-role': { about: 'Instructions have the role `developer` only.', traits: { systemRole: 'developer' } },
  'no-stream-usage': { about: '`stream_options` is refused.', traits: { streamUsage: false } },
  'reasoning-effort': { about: 'Reasoning is asked for as `reasoning_effort`.', traits: style('effort') },
  'reasoning-object': { about: 'Reasoning is asked for as `reasoning: {…}`.', traits: style('object') },
  thinking: { about: 'Reasoning is asked for as `thinking: {type}`.', traits: style('thinking') },
  'enable-thinking': { about: 'Reasoning is asked for as `enable_thinking`.', traits: style('enable_thinking') },
  'template-thinking': {
    about: 'Reasoning is asked for as `chat_template_kwargs: {enable_thinking}`.',
    traits: style('chat_template_kwargs')
  },
  think: { about: 'Reasoning is asked for as `think`.', traits: style('think') },
  'reasoning-shown': { about: 'Reasoning is shown without being asked for.', traits: { reasoning: { shown: true } } },
  'tools-without-reasoning': {
    about: 'Function tools are refused together with reasoning.',
    traits: { reasoning: { refusesTools: true } }
  },
  'sampling-without-reasoning': {
    about: 'Temperature and `top_p` are refused together with reasoning.',
    traits: { samplingOnlyWithoutReasoning: true }
  },
  'no-reasoning-replay': { about: 'Earlier reasoning is not sent back.', traits: { replay: 'none' } },
  'replay-reasoning-content': {
    about: 'Earlier reasoning goes back as `reasoning_content`.',
    traits: { replay: 'reasoning_content' }
  },
  'replay-reasoning': { about: 'Earlier reasoning goes back as `reasoning`.', traits: { replay: 'reasoning' } },
  'replay-reasoning-details': {
    about: 'Earlier reasoning goes back as `reasoning_details`, with its seals.',
    traits: { replay: 'details' }
  },
  'replay-thinking': {
    about: 'Earlier reasoning goes back as parts of the type `thinking`.',
    traits: { replay: 'thinking' }
  },
  'no-cache-marks': { about: 'Cache breakpoints are refused.', traits: { cacheMarks: 'none' } },
  'cache-control': { about: 'Cache breakpoints are `cache_control`.', traits: { cacheMarks: 'cache_control' } },
  'prompt-cache-breakpoint': {
    about: 'Cache breakpoints are `prompt_cache_breakpoint`.',
    traits: { cacheMarks: 'prompt_cache_breakpoint' }
  },
  'media-in-results': { about: 'The result of a tool may hold images and files.', traits: { resultMedia: 'inline' } },
  'media-after-results': {
    about: 'Images and files of the result of a tool follow in a user message.',
    traits: { resultMedia: 'follow' }
  },
  'prefix-prefill': {
    about: 'A last turn of the assistant is continued where it says `prefix`.',
    traits: { prefillMember: 'prefix' }
  },
  'partial-prefill': {
    about: 'A last turn of the assistant is continued where it says `partial`.',
    traits: { prefillMember: 'partial' }
  },
  'call-ids-of-nine': { about: 'Ids of calls are nine letters and digits.', traits: { callIdChars: 9 } },
  'one-stop': { about: 'One stop sequence at most.', traits: { maxStops: 1 } },
  'user-of-64': { about: '`user` has 64 characters at most; a longer one is hashed.', traits: { maxUserChars: 64 } }
} as const satisfies Record<string, Quirk>

/** QuirkName is one of the names. */
export type QuirkName = keyof typeof QUIRKS

function style(name: NonNullable<NonNullable<ChatTraits['reasoning']>['style']>): ChatTraits {
  return { reasoning: { style: name } }
}
