import type { NameRow } from './row.ts'

/** VARIANTS are for the one channel that has every vendor’s models, whatever other channels are called. */
export const VARIANTS: readonly NameRow[] = [
  ['meta-llama/llama-3.3-70b-instruct:free', ['openrouter/meta-llama/llama-3.3-70b-instruct:free']],
  ['openai/gpt-oss-20b:free', ['openrouter/openai/gpt-oss-20b:free']],
  ['openai/gpt-oss-120b:free', ['openrouter/openai/gpt-oss-120b:free']],
  ['qwen/qwen3-coder:free', ['openrouter/qwen/qwen3-coder:free']],
  ['google/gemma-4-31b-it:free', ['openrouter/google/gemma-4-31b-it:free']],
  ['deepseek/deepseek-r1:free', ['openrouter/deepseek/deepseek-r1:free']],
  ['anthropic/claude-sonnet-4.5:nitro', ['openrouter/anthropic/claude-sonnet-4.5:nitro']],
  ['anthropic/claude-sonnet-4-5:nitro', ['openrouter/anthropic/claude-sonnet-4.5:nitro']],
  ['anthropic/claude-sonnet-4.5:floor', ['openrouter/anthropic/claude-sonnet-4.5:floor']],
  ['openai/gpt-4o:nitro', ['openrouter/openai/gpt-4o:nitro']],
  ['openai/gpt-4o:floor', ['openrouter/openai/gpt-4o:floor']],
  ['openai/gpt-5-mini:online', ['openrouter/openai/gpt-5-mini:online']],
  ['google/gemini-2.5-pro:nitro', ['openrouter/google/gemini-2.5-pro:nitro']],
  ['moonshotai/kimi-k2-0905:exacto', ['openrouter/moonshotai/kimi-k2-0905:exacto']],
  ['deepseek/deepseek-v3.1-terminus:exacto', ['openrouter/deepseek/deepseek-v3.1-terminus:exacto']],
  ['z-ai/glm-4.6:exacto', ['openrouter/z-ai/glm-4.6:exacto']],
  ['anthropic/claude-3.7-sonnet:thinking', ['openrouter/anthropic/claude-3.7-sonnet:thinking']],
  ['anthropic/claude-opus-4.7:thinking', ['openrouter/anthropic/claude-opus-4.7:thinking']],
  ['gpt-4o:nitro', ['openrouter/openai/gpt-4o:nitro']],
  ['claude-sonnet-4.5:floor', ['openrouter/anthropic/claude-sonnet-4.5:floor']],
  ['claude-haiku:nitro', ['openrouter/anthropic/claude-haiku-4.5:nitro']],
  ['openrouter/openai/gpt-4o:nitro', ['openrouter/openai/gpt-4o:nitro']],
  ['openrouter/gpt-4o:floor', ['openrouter/openai/gpt-4o:floor']],
  ['openrouter/meta-llama/llama-3.3-70b-instruct:free', ['openrouter/meta-llama/llama-3.3-70b-instruct:free']]
]
