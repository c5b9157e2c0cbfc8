import type { NameRow } from './row.ts'

/** RENAMED are names where no channel is called as a vendor is, and more of them have open models. */
export const RENAMED: readonly NameRow[] = [
  ['anthropic/claude-sonnet-4.5', ['claude/claude-sonnet-4-5', 'or/anthropic/claude-sonnet-4.5']],
  ['anthropic/claude-opus-4.7', ['claude/claude-opus-4-7', 'or/anthropic/claude-opus-4.7']],
  ['openai/gpt-4o', ['oai/gpt-4o', 'or/openai/gpt-4o']],
  ['openai/gpt-5-2025-08-07', ['oai/gpt-5-2025-08-07', 'or/openai/gpt-5']],
  ['google/gemini-2.5-pro', ['gemini-eu/gemini-2.5-pro', 'or/google/gemini-2.5-pro']],
  ['gemini/gemini-flash', ['gemini-eu/gemini-3.8-flash', 'or/google/gemini-3.5-flash']],
  ['deepseek/deepseek-r1', ['or/deepseek/deepseek-r1', 'together/deepseek-ai/DeepSeek-R1']],
  [
    'deepseek/deepseek-v4-pro',
    [
      'or/deepseek/deepseek-v4-pro',
      'together/deepseek-ai/DeepSeek-V4-Pro',
      'fireworks/accounts/fireworks/models/deepseek-v4-pro'
    ]
  ],
  [
    'meta-llama/llama-3.3-70b-instruct',
    ['or/meta-llama/llama-3.3-70b-instruct', 'fast/llama-3.3-70b', 'together/meta-llama/Llama-3.3-70B-Instruct-Turbo']
  ],
  [
    'llama-3.3-70b',
    ['or/meta-llama/llama-3.3-70b-instruct', 'fast/llama-3.3-70b', 'together/meta-llama/Llama-3.3-70B-Instruct-Turbo']
  ],
  [
    'openai/gpt-oss-120b',
    [
      'or/openai/gpt-oss-120b',
      'fast/gpt-oss-120b',
      'together/openai/gpt-oss-120b',
      'fireworks/accounts/fireworks/models/gpt-oss-120b'
    ]
  ],
  [
    'moonshotai/kimi-k2.6',
    [
      'or/moonshotai/kimi-k2.6',
      'together/moonshotai/Kimi-K2.6',
      'fireworks/accounts/fireworks/models/kimi-k2p6',
      'moon/kimi-k2.6'
    ]
  ],
  ['moonshotai/kimi-k2-thinking', ['or/moonshotai/kimi-k2-thinking', 'moon/kimi-k2-thinking']],
  [
    'kimi',
    [
      'or/moonshotai/kimi-k3',
      'together/moonshotai/Kimi-K2.6',
      'fireworks/accounts/fireworks/models/kimi-k3',
      'moon/kimi-k3'
    ]
  ],
  ['z-ai/glm-4.6', ['or/z-ai/glm-4.6', 'zed/glm-4.6']],
  ['glm-4.7', ['or/z-ai/glm-4.7', 'fast/zai-glm-4.7', 'fireworks/accounts/fireworks/models/glm-4p7', 'zed/glm-4.7']],
  ['qwen/qwen3-max', ['or/qwen/qwen3-max', 'cloud/qwen3-max']],
  ['qwen3-32b', ['or/qwen/qwen3-32b', 'fast/qwen-3-32b', 'cloud/qwen3-32b']],
  ['or/auto', ['or/openrouter/auto']],
  ['openrouter/auto', ['or/openrouter/auto']],
  ['or/openai/gpt-4o', ['or/openai/gpt-4o']],
  ['or/claude-haiku', ['or/anthropic/claude-haiku-4.5']],
  ['oai/gpt-4o', ['oai/gpt-4o']],
  ['claude/claude-sonnet-4.5', ['claude/claude-sonnet-4-5']],
  ['claude/claude-haiku', ['claude/claude-haiku-4-5']],
  ['gemini-eu/gemini-2.5-pro', ['gemini-eu/gemini-2.5-pro']],
  ['Gemini-EU/gemini-2.5-pro', ['gemini-eu/gemini-2.5-pro']],
  ['gemini-eu/gemini-flash', ['gemini-eu/gemini-3.8-flash']],
  ['fast/gpt-oss-120b', ['fast/gpt-oss-120b']],
  ['fast/llama-3.3-70b-instruct', ['fast/llama-3.3-70b']],
  ['together/gpt-oss-20b', ['together/openai/gpt-oss-20b']],
  ['together/moonshotai/Kimi-K2.5', ['together/moonshotai/Kimi-K2.5']],
  ['together/kimi-k2.6', ['together/moonshotai/Kimi-K2.6']],
  ['fireworks/kimi-k2.6', ['fireworks/accounts/fireworks/models/kimi-k2p6']],
  ['fireworks/accounts/fireworks/models/glm-5p1', ['fireworks/accounts/fireworks/models/glm-5p1']],
  ['fireworks/glm-5.1', ['fireworks/accounts/fireworks/models/glm-5p1']],
  ['moon/kimi-k2-thinking', ['moon/kimi-k2-thinking']],
  ['moon/kimi', ['moon/kimi-k3']],
  ['zed/glm', ['zed/glm-5.3']],
  ['zed/glm-4.6', ['zed/glm-4.6']],
  ['cloud/qwen3-max', ['cloud/qwen3-max']],
  ['cloud/qwen-max', ['cloud/qwen-max']],
  ['claude-haiku', ['claude/claude-haiku-4-5', 'or/anthropic/claude-haiku-4.5']],
  ['gpt-4o-mini', ['oai/gpt-4o-mini', 'or/openai/gpt-4o-mini']],
  ['anthropic/claude-sonnet-4.5:nitro', ['or/anthropic/claude-sonnet-4.5:nitro']],
  ['anthropic/claude-3.7-sonnet:thinking', ['or/anthropic/claude-3.7-sonnet:thinking']],
  ['moonshotai/kimi-k2-0905:exacto', ['or/moonshotai/kimi-k2-0905:exacto']],
  ['text-embedding-3-small', ['oai/text-embedding-3-small']],
  ['gemini-embedding-001', ['gemini-eu/gemini-embedding-001']]
]

/** RENAMED_THINKING ask for reasoning there. */
export const RENAMED_THINKING: readonly NameRow[] = [
  ['oai/gpt-5-mini-thinking', ['oai/gpt-5-mini']],
  ['claude-opus-4-7-thinking', ['claude/claude-opus-4-7', 'or/anthropic/claude-opus-4.7']],
  ['anthropic/claude-opus-4-7-thinking', ['claude/claude-opus-4-7', 'or/anthropic/claude-opus-4.7']]
]
