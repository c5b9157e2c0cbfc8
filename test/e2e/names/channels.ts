import type { NameRow } from './row.ts'

/** CHANNELS name a channel first. */
export const CHANNELS: readonly NameRow[] = [
  ['openai/gpt-4o-mini-2024-07-18', ['openai/gpt-4o-mini-2024-07-18']],
  ['anthropic/claude-sonnet-4-5', ['anthropic/claude-sonnet-4-5']],
  ['openrouter/openai/gpt-4o', ['openrouter/openai/gpt-4o']],
  ['openrouter/anthropic/claude-opus-4.7', ['openrouter/anthropic/claude-opus-4.7']],
  ['openrouter/gpt-5-mini', ['openrouter/openai/gpt-5-mini']],
  ['openrouter/claude-haiku', ['openrouter/anthropic/claude-haiku-4.5']],
  ['openrouter/claude-sonnet-4-5-20250929', ['openrouter/anthropic/claude-sonnet-4.5']],
  ['openrouter/openrouter/auto', ['openrouter/openrouter/auto']],
  ['groq/llama-3.3-70b-versatile', ['groq/llama-3.3-70b-versatile']],
  ['groq/openai/gpt-oss-120b', ['groq/openai/gpt-oss-120b']],
  ['groq/gpt-oss-20b', ['groq/openai/gpt-oss-20b']],
  ['groq/meta-llama/llama-3.3-70b-instruct', ['groq/llama-3.3-70b-versatile']],
  ['groq/llama-4-scout', ['groq/meta-llama/llama-4-scout-17b-16e-instruct']],
  ['groq/qwen/qwen3-32b', ['groq/qwen/qwen3-32b']],
  ['groq/whisper-large-v3', ['groq/whisper-large-v3']],
  ['groq/kimi-k2-0905', ['groq/moonshotai/kimi-k2-instruct-0905']],
  ['mistral/mistral-large-latest', ['mistral/mistral-large-latest']],
  ['mistral/codestral', ['mistral/codestral-latest']],
  ['mistral/mistral-embed', ['mistral/mistral-embed']],
  ['deepseek/deepseek-reasoner', ['deepseek/deepseek-reasoner']],
  ['xai/grok-4.3', ['xai/grok-4.3']],
  ['Groq/llama-3.1-8b-instant', ['groq/llama-3.1-8b-instant']],
  ['openai/gpt-7-preview', ['openai/gpt-7-preview']],
  ['anthropic/claude-next-1', ['anthropic/claude-next-1']],
  ['groq/some-new-model', ['groq/some-new-model']],
  ['mistral/mistral-huge-2701', ['mistral/mistral-huge-2701']],
  ['openrouter/newvendor/new-model', ['openrouter/newvendor/new-model']]
]
