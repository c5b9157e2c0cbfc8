import type { NameRow } from './row.ts'

/** THINKING are names that ask for reasoning. */
export const THINKING: readonly NameRow[] = [
  ['claude-opus-4-7-thinking', ['anthropic/claude-opus-4-7', 'openrouter/anthropic/claude-opus-4.7']],
  ['claude-opus-4.7-thinking', ['anthropic/claude-opus-4-7', 'openrouter/anthropic/claude-opus-4.7']],
  ['claude-sonnet-4-5-thinking', ['anthropic/claude-sonnet-4-5', 'openrouter/anthropic/claude-sonnet-4.5']],
  ['claude-sonnet-4.5-thinking', ['anthropic/claude-sonnet-4-5', 'openrouter/anthropic/claude-sonnet-4.5']],
  [
    'claude-sonnet-4-5-20250929-thinking',
    ['anthropic/claude-sonnet-4-5-20250929', 'openrouter/anthropic/claude-sonnet-4.5']
  ],
  ['anthropic/claude-opus-4-7-thinking', ['anthropic/claude-opus-4-7']],
  ['anthropic/claude-3.7-sonnet-thinking', ['anthropic/claude-3-7-sonnet-20250219']],
  ['claude-sonnet-thinking', ['anthropic/claude-sonnet-5', 'openrouter/anthropic/claude-sonnet-5']],
  ['claude-haiku-4-5-thinking', ['anthropic/claude-haiku-4-5', 'openrouter/anthropic/claude-haiku-4.5']],
  ['gpt-5-thinking', ['openai/gpt-5', 'openrouter/openai/gpt-5']],
  ['gpt-5.1-thinking', ['openai/gpt-5.1', 'openrouter/openai/gpt-5.1']],
  ['gpt-5-mini-thinking', ['openai/gpt-5-mini', 'openrouter/openai/gpt-5-mini']],
  ['openai/gpt-5-thinking', ['openai/gpt-5']],
  ['o3-thinking', ['openai/o3', 'openrouter/openai/o3']],
  ['gemini-2.5-pro-thinking', ['google/gemini-2.5-pro', 'openrouter/google/gemini-2.5-pro']],
  ['gemini-2.5-flash-thinking', ['google/gemini-2.5-flash', 'openrouter/google/gemini-2.5-flash']],
  ['google/gemini-2.5-flash-thinking', ['google/gemini-2.5-flash']],
  ['gemini-flash-thinking', ['google/gemini-3.8-flash', 'openrouter/google/gemini-3.5-flash']],
  ['deepseek-v4-pro-thinking', ['openrouter/deepseek/deepseek-v4-pro', 'deepseek/deepseek-v4-pro']],
  ['grok-4-thinking', ['xai/grok-4-0709']],
  ['glm-4.6-thinking', ['openrouter/z-ai/glm-4.6']],
  ['CLAUDE-OPUS-4-7-THINKING', ['anthropic/claude-opus-4-7', 'openrouter/anthropic/claude-opus-4.7']],
  ['openrouter/anthropic/claude-sonnet-4.5-thinking', ['openrouter/anthropic/claude-sonnet-4.5']],
  ['openrouter/claude-sonnet-4.5-thinking', ['openrouter/anthropic/claude-sonnet-4.5']],
  ['anthropic/claude-opus-4-7-thinking:nitro', ['openrouter/anthropic/claude-opus-4.7:nitro']],
  ['openai/gpt-5-thinking:floor', ['openrouter/openai/gpt-5:floor']]
]

/** REAL_THINKERS are names that end in `-thinking` because the models do: nothing is turned on. */
export const REAL_THINKERS: readonly NameRow[] = [
  ['qwen3-max-thinking', ['openrouter/qwen/qwen3-max-thinking']],
  ['qwen3-next-80b-a3b-thinking', ['openrouter/qwen/qwen3-next-80b-a3b-thinking']],
  ['qwen/qwen3-vl-8b-thinking', ['openrouter/qwen/qwen3-vl-8b-thinking']]
]
