import type { NameRow } from './row.ts'

/** DATED are names with a day in them, in the spelling of any service. They are never moved to another model. */
export const DATED: readonly NameRow[] = [
  ['claude-3-haiku-20240307', ['anthropic/claude-3-haiku-20240307', 'openrouter/anthropic/claude-3-haiku']],
  ['claude-3-5-haiku-20241022', ['anthropic/claude-3-5-haiku-20241022', 'openrouter/anthropic/claude-3.5-haiku']],
  ['claude-3-5-sonnet-20240620', ['anthropic/claude-3-5-sonnet-20240620']],
  ['claude-3-5-sonnet-20241022', ['anthropic/claude-3-5-sonnet-20241022', 'openrouter/anthropic/claude-3.5-sonnet']],
  ['claude-3-7-sonnet-20250219', ['anthropic/claude-3-7-sonnet-20250219', 'openrouter/anthropic/claude-3.7-sonnet']],
  ['claude-sonnet-4-20250514', ['anthropic/claude-sonnet-4-20250514', 'openrouter/anthropic/claude-sonnet-4']],
  ['claude-opus-4-20250514', ['anthropic/claude-opus-4-20250514', 'openrouter/anthropic/claude-opus-4']],
  ['claude-opus-4-1-20250805', ['anthropic/claude-opus-4-1-20250805', 'openrouter/anthropic/claude-opus-4.1']],
  ['claude-sonnet-4-5-20250929', ['anthropic/claude-sonnet-4-5-20250929', 'openrouter/anthropic/claude-sonnet-4.5']],
  ['claude-haiku-4-5-20251001', ['anthropic/claude-haiku-4-5-20251001', 'openrouter/anthropic/claude-haiku-4.5']],
  ['claude-opus-4-5-20251101', ['anthropic/claude-opus-4-5-20251101', 'openrouter/anthropic/claude-opus-4.5']],
  ['anthropic/claude-sonnet-4-5-20250929', ['anthropic/claude-sonnet-4-5-20250929']],
  ['anthropic/claude-haiku-4-5-20251001', ['anthropic/claude-haiku-4-5-20251001']],
  ['claude-sonnet-4-5@20250929', ['anthropic/claude-sonnet-4-5-20250929', 'openrouter/anthropic/claude-sonnet-4.5']],
  ['claude-opus-4@20250514', ['anthropic/claude-opus-4-20250514', 'openrouter/anthropic/claude-opus-4']],
  [
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    ['anthropic/claude-sonnet-4-5-20250929', 'openrouter/anthropic/claude-sonnet-4.5']
  ],
  [
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ['anthropic/claude-sonnet-4-5-20250929', 'openrouter/anthropic/claude-sonnet-4.5']
  ],
  [
    'anthropic.claude-3-5-sonnet-20241022-v2:0',
    ['anthropic/claude-3-5-sonnet-20241022', 'openrouter/anthropic/claude-3.5-sonnet']
  ],
  ['gpt-4o-2024-05-13', ['openai/gpt-4o-2024-05-13', 'openrouter/openai/gpt-4o-2024-05-13']],
  ['gpt-4o-2024-08-06', ['openai/gpt-4o-2024-08-06', 'openrouter/openai/gpt-4o-2024-08-06']],
  ['gpt-4o-2024-11-20', ['openai/gpt-4o-2024-11-20', 'openrouter/openai/gpt-4o-2024-11-20']],
  ['gpt-4o-mini-2024-07-18', ['openai/gpt-4o-mini-2024-07-18', 'openrouter/openai/gpt-4o-mini-2024-07-18']],
  ['gpt-4.1-2025-04-14', ['openai/gpt-4.1-2025-04-14', 'openrouter/openai/gpt-4.1']],
  ['gpt-5-2025-08-07', ['openai/gpt-5-2025-08-07', 'openrouter/openai/gpt-5']],
  ['gpt-5-mini-2025-08-07', ['openai/gpt-5-mini-2025-08-07', 'openrouter/openai/gpt-5-mini']],
  ['gpt-5.1-2025-11-13', ['openai/gpt-5.1-2025-11-13', 'openrouter/openai/gpt-5.1']],
  ['openai/gpt-5.2-2025-12-11', ['openai/gpt-5.2-2025-12-11']],
  ['o1-2024-12-17', ['openai/o1-2024-12-17', 'openrouter/openai/o1']],
  ['o3-2025-04-16', ['openai/o3-2025-04-16', 'openrouter/openai/o3']],
  ['o4-mini-2025-04-16', ['openai/o4-mini-2025-04-16', 'openrouter/openai/o4-mini']],
  ['gpt-4-turbo-2024-04-09', ['openai/gpt-4-turbo-2024-04-09', 'openrouter/openai/gpt-4-turbo']],
  ['gpt-4-0613', ['openai/gpt-4-0613', 'openrouter/openai/gpt-4']],
  ['gpt-3.5-turbo-0125', ['openai/gpt-3.5-turbo-0125', 'openrouter/openai/gpt-3.5-turbo']],
  ['grok-4-0709', ['xai/grok-4-0709']],
  ['mistral-large-2411', ['mistral/mistral-large-2411']],
  ['mistral-large-2512', ['openrouter/mistralai/mistral-large-2512', 'mistral/mistral-large-2512']],
  ['mistral-medium-2508', ['openrouter/mistralai/mistral-medium-3.1', 'mistral/mistral-medium-2508']],
  ['mistral-small-2506', ['openrouter/mistralai/mistral-small-3.2-24b-instruct', 'mistral/mistral-small-2506']],
  ['codestral-2508', ['openrouter/mistralai/codestral-2508', 'mistral/codestral-2508']],
  ['devstral-small-2507', ['mistral/devstral-small-2507']],
  ['kimi-k2-0905', ['openrouter/moonshotai/kimi-k2-0905', 'groq/moonshotai/kimi-k2-instruct-0905']],
  ['kimi-k2-instruct-0905', ['openrouter/moonshotai/kimi-k2-0905', 'groq/moonshotai/kimi-k2-instruct-0905']],
  ['deepseek-r1-0528', ['openrouter/deepseek/deepseek-r1-0528']],
  ['qwen3-235b-a22b-thinking-2507', ['openrouter/qwen/qwen3-235b-a22b-thinking-2507']],
  ['qwen-plus-2025-07-28', ['openrouter/qwen/qwen-plus-2025-07-28']],
  ['gemini-2.0-flash-001', ['google/gemini-2.0-flash', 'openrouter/google/gemini-2.0-flash-001']],
  ['command-r-08-2024', ['openrouter/cohere/command-r-08-2024']]
]
