/** WRONG are names with a slip, and the one that has to be among those that are suggested. */
export const WRONG: readonly (readonly [name: string, meant: string])[] = [
  ['gpt5-mini', 'gpt-5-mini'],
  ['gpt-4o-mni', 'gpt-4o-mini'],
  ['gpt4o', 'gpt-4o'],
  ['gpt-4-o', 'gpt-4o'],
  ['claude-sonet-4.5', 'claude-sonnet-4-5'],
  ['claud-sonnet-4-5', 'claude-sonnet-4-5'],
  ['claude-opus-4-77', 'claude-opus-4-7'],
  ['claude-hiaku-4-5', 'claude-haiku-4-5'],
  ['clause-sonnet-4-5', 'claude-sonnet-4-5'],
  ['gemini-2.5-por', 'gemini-2.5-pro'],
  ['gemni-2.5-flash', 'gemini-2.5-flash'],
  ['gemini2.5-pro', 'gemini-2.5-pro'],
  ['deepseek-reasonr', 'deepseek-reasoner'],
  ['deepseek-v9-pro', 'deepseek-v4-pro'],
  ['grok4', 'grok-4'],
  ['mistral-lage-latest', 'mistral-large-latest'],
  ['codestrl-latest', 'codestral-latest'],
  ['llama-3.3-70b-versatil', 'llama-3.3-70b-versatile'],
  ['kimi-k2-thinkin', 'kimi-k2-thinking'],
  ['qwen3-maxx', 'qwen3-max'],
  ['text-embedding-3-lrge', 'text-embedding-3-large'],
  ['o33', 'o3'],
  ['gpt-4o-2024-07-01', 'gpt-4o-2024-08-06'],
  ['claude-sonnet-4-5-20250101', 'claude-sonnet-4-5-20250929'],
  ['premum', 'premium'],
  ['ecnomy', 'economy'],
  ['long-contxt', 'long-context'],
  ['balancd', 'balanced'],
  ['gpt-5-mini-thinkin', 'gpt-5-mini']
]

/** UNKNOWN are like nothing there is. */
export const UNKNOWN: readonly string[] = [
  'turbo-encabulator',
  '__proto__',
  'gpt\u2010 5',
  '\u0441laude-opus-4-7',
  'x'.repeat(5_000),
  '%00',
  '../../etc/passwd ',
  'a\nb'
]

/** UNTHINKING are models that do not reason, asked to. */
export const UNTHINKING: readonly string[] = [
  'gpt-4o-thinking',
  'openai/gpt-4.1-thinking',
  'claude-3-5-sonnet-thinking',
  'claude-3-haiku-thinking',
  'llama-3.3-70b-instruct-thinking',
  'groq/llama-3.1-8b-instant-thinking'
]
