import type { Feature } from '@isthmus/core'
import type { ModelRules, Rules } from './rules.ts'

/** Preset is what is known of one vendor or server. All of it is data: the code knows none of them. */
export interface Preset extends Rules {
  readonly title: string
  /** The name under which catalogue data knows it; absent for servers that people run themselves. */
  readonly service?: string
  /** Absent where each customer has an address. */
  readonly baseUrl?: string
  /** The variable in which people keep the key; absent where servers are run without one. */
  readonly keyVariable?: string
  /** The header of the key, if it is not a bearer token. */
  readonly keyHeader?: string
  /** Appended to the base URL; `{model}` and `{version}` are filled in. */
  readonly path?: string
  /** The path where the option `apiVersion` is set. */
  readonly versionedPath?: string
  readonly listModels?: false
  /** Members of the request under other names, the format's → the server's. */
  readonly rename?: Readonly<Record<string, string>>
  readonly modelRules?: readonly ModelRules[]
}

const OPENAI_ONLY: readonly Feature[] = [
  'tools.custom',
  'tools.choice.subset',
  'output.verbosity',
  'output.prediction',
  'output.audio',
  'input.audio.ref',
  'cache.key',
  'cache.options',
  'state.store',
  'service.tier',
  'identity.safety',
  'metadata',
  'safety',
  'hosted.options'
]
const REASONING: readonly Feature[] = ['reasoning.on', 'reasoning.off', 'reasoning.effort', 'reasoning.budget']
const CHOICES: readonly Feature[] = ['tools.choice.none', 'tools.choice.required', 'tools.choice.one']
const PENALTIES: readonly Feature[] = ['sampling.frequency_penalty', 'sampling.presence_penalty']
const OPEN_SAMPLING: readonly Feature[] = ['sampling.top_k', 'sampling.min_p', 'sampling.repetition_penalty']

/** COMMON is what most servers of the format have in common; a preset names its exceptions. */
export const COMMON: Rules = {
  quirks: ['system-role', 'no-cache-marks'],
  without: [...OPENAI_ONLY, ...OPEN_SAMPLING, 'sampling.top_a', 'cache.auto', 'reasoning.expose']
}

export const PRESETS = {
  azure: {
    title: 'Azure OpenAI and Foundry: the address of the resource, and a model is a deployment',
    service: 'azure',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    keyHeader: 'api-key',
    path: '/openai/v1/chat/completions',
    versionedPath: '/openai/deployments/{model}/chat/completions?api-version={version}',
    listModels: false,
    quirks: ['user-of-64'],
    supports: OPENAI_ONLY,
    modelRules: [
      { models: ['gpt-5-chat*'] },
      {
        models: ['gpt-5.*'],
        quirks: ['max-completion-tokens', 'developer-role', 'sampling-without-reasoning'],
        without: [...PENALTIES, 'sampling.logit_bias', 'output.logprobs'],
        efforts: ['none', 'low', 'medium', 'high']
      },
      {
        models: ['gpt-5*', 'o1*', 'o3*', 'o4*'],
        quirks: ['max-completion-tokens', 'developer-role'],
        without: [...PENALTIES, 'sampling.temperature', 'sampling.top_p', 'sampling.logit_bias', 'output.logprobs'],
        efforts: ['low', 'medium', 'high']
      },
      { models: ['gpt-4*', 'gpt-35*', 'gpt-3.5*'], without: REASONING }
    ]
  },
  mistral: {
    title: 'Mistral',
    service: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    rename: { seed: 'random_seed' },
    quirks: [
      'max-tokens',
      'no-stream-usage',
      'call-ids-of-nine',
      'prefix-prefill',
      'replay-thinking',
      'reasoning-shown'
    ],
    without: ['input.name', 'identity.user', 'sampling.logit_bias', 'output.logprobs'],
    supports: ['output.prediction', 'cache.key', 'metadata', 'reasoning.expose'],
    efforts: ['none', 'high'],
    modelRules: [{ models: ['magistral*'], without: REASONING }]
  },
  deepseek: {
    title: 'DeepSeek',
    service: 'deepseek',
    baseUrl: 'https://api.deepseek.com',
    keyVariable: 'DEEPSEEK_API_KEY',
    quirks: ['max-tokens', 'thinking', 'replay-reasoning-content', 'reasoning-shown'],
    without: ['output.n', 'output.json_schema', 'sampling.seed', 'sampling.logit_bias', 'tools.parallel.off'],
    supports: ['reasoning.expose']
  },
  xai: {
    title: 'xAI',
    service: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    quirks: ['max-completion-tokens', 'reasoning-shown'],
    supports: ['reasoning.expose'],
    modelRules: [
      { models: ['grok-3-mini*'], without: [...PENALTIES, 'output.stop'], efforts: ['low', 'high'] },
      {
        models: ['grok-4', 'grok-4-0*', 'grok-4-latest', 'grok-4-fast*', 'grok-4-1-fast*', 'grok-code*'],
        without: [...PENALTIES, ...REASONING, 'output.stop']
      },
      { models: ['grok-2*', 'grok-3*'], without: REASONING }
    ]
  },
  groq: {
    title: 'Groq',
    service: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    quirks: ['max-completion-tokens', 'replay-reasoning', 'reasoning-shown'],
    without: ['input.name', 'output.n', 'output.logprobs', 'sampling.logit_bias'],
    supports: ['service.tier', 'reasoning.expose'],
    modelRules: [
      { models: ['*gpt-oss*'], efforts: ['low', 'medium', 'high'] },
      { models: ['*qwen3*'], without: ['reasoning.on', 'reasoning.effort', 'reasoning.budget'], efforts: ['none'] },
      { models: ['*llama*', '*kimi-k2-instruct*'], without: REASONING }
    ]
  },
  cerebras: {
    title: 'Cerebras',
    service: 'cerebras',
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariable: 'CEREBRAS_API_KEY',
    quirks: ['max-completion-tokens', 'replay-reasoning', 'reasoning-shown'],
    without: [...PENALTIES, 'sampling.logit_bias', 'output.n'],
    supports: ['service.tier', 'reasoning.expose'],
    modelRules: [
      { models: ['*gpt-oss*'], efforts: ['low', 'medium', 'high'] },
      { models: ['*llama*'], without: REASONING }
    ]
  },
  together: {
    title: 'Together AI',
    service: 'together',
    baseUrl: 'https://api.together.xyz/v1',
    keyVariable: 'TOGETHER_API_KEY',
    quirks: ['max-tokens', 'reasoning-shown'],
    supports: [...OPEN_SAMPLING, 'reasoning.expose'],
    modelRules: [{ models: ['*gpt-oss*'], efforts: ['low', 'medium', 'high'] }]
  },
  fireworks: {
    title: 'Fireworks AI',
    service: 'fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
    quirks: ['max-tokens', 'replay-reasoning-content', 'reasoning-shown'],
    supports: [...OPEN_SAMPLING, 'output.prediction', 'reasoning.expose']
  },
  perplexity: {
    title: 'Perplexity',
    service: 'perplexity',
    baseUrl: 'https://api.perplexity.ai',
    keyVariable: 'PERPLEXITY_API_KEY',
    listModels: false,
    quirks: ['max-tokens'],
    without: ['tools.function', 'output.json', 'output.n', 'output.logprobs', 'sampling.logit_bias', 'sampling.seed'],
    supports: ['sampling.top_k', 'hosted.options'],
    modelRules: [{ models: ['sonar', 'sonar-pro'], without: REASONING }]
  },
  moonshot: {
    title: 'Moonshot AI (Kimi)',
    service: 'moonshot',
    baseUrl: 'https://api.moonshot.ai/v1',
    keyVariable: 'MOONSHOT_API_KEY',
    quirks: ['max-tokens', 'thinking', 'replay-reasoning-content', 'reasoning-shown', 'partial-prefill'],
    without: ['tools.choice.required', 'sampling.logit_bias'],
    supports: ['cache.key', 'identity.safety', 'reasoning.expose'],
    modelRules: [{ models: ['kimi-k2-thinking*'], without: ['reasoning.off'] }]
  },
  zai: {
    title: 'Z.ai (GLM)',
    service: 'zai',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    keyVariable: 'ZAI_API_KEY',
    rename: { user: 'user_id' },
    quirks: ['max-tokens', 'thinking', 'replay-reasoning-content', 'reasoning-shown', 'one-stop'],
    without: [
      ...CHOICES,
      ...PENALTIES,
      'output.n',
      'output.json_schema',
      'output.logprobs',
      'sampling.seed',
      'sampling.logit_bias',
      'tools.parallel.off'
    ],
    supports: ['reasoning.expose']
  },
  qwen: {
    title: 'Qwen (Alibaba Cloud Model Studio)',
    service: 'qwen',
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    keyVariable: 'DASHSCOPE_API_KEY',
    quirks: [
      'max-tokens',
      'enable-thinking',
      'reasoning-shown',
      'replay-reasoning-content',
      'partial-prefill',
      'cache-control'
    ],
    without: ['tools.choice.required', 'sampling.logit_bias'],
    supports: ['sampling.top_k', 'sampling.repetition_penalty', 'reasoning.expose']
  },
  huggingface: {
    title: 'Hugging Face Inference Providers',
    service: 'huggingface',
    baseUrl: 'https://router.huggingface.co/v1',
    keyVariable: 'HF_TOKEN',
    quirks: ['max-tokens', 'reasoning-shown'],
    supports: [...OPEN_SAMPLING, 'reasoning.expose']
  },
  nvidia: {
    title: 'NVIDIA NIM',
    service: 'nvidia',
    baseUrl: 'https://integrate.api.nvidia.com/v1',
    keyVariable: 'NVIDIA_API_KEY',
    quirks: ['max-tokens', 'reasoning-shown'],
    supports: [...OPEN_SAMPLING, 'reasoning.expose'],
    modelRules: [
      { models: ['*gpt-oss*'], efforts: ['low', 'medium', 'high'] },
      { models: ['*nemotron*', 'qwen/*'], quirks: ['template-thinking'] }
    ]
  },
  ollama: {
    title: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    quirks: ['max-tokens', 'replay-reasoning', 'reasoning-shown', 'media-in-results'],
    without: [...CHOICES, 'output.n', 'sampling.logit_bias', 'identity.user', 'tools.parallel.off', 'input.image.url'],
    supports: ['reasoning.expose'],
    efforts: ['none', 'low', 'medium', 'high']
  },
  vllm: {
    title: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    quirks: ['template-thinking', 'replay-reasoning', 'reasoning-shown'],
    supports: [...OPEN_SAMPLING, 'reasoning.expose'],
    modelRules: [{ models: ['*gpt-oss*'], quirks: ['reasoning-effort'], efforts: ['low', 'medium', 'high'] }]
  },
  'lm-studio': {
    title: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    rename: { repetition_penalty: 'repeat_penalty' },
    quirks: ['max-tokens', 'reasoning-shown'],
    without: ['output.json', 'output.n', 'tools.choice.one'],
    supports: ['sampling.top_k', 'sampling.repetition_penalty', 'reasoning.expose']
  },
  'llama-cpp': {
    title: 'llama.cpp server',
    baseUrl: 'http://127.0.0.1:8080/v1',
    rename: { repetition_penalty: 'repeat_penalty' },
    quirks: ['max-tokens', 'template-thinking', 'replay-reasoning-content', 'reasoning-shown'],
    supports: [...OPEN_SAMPLING, 'reasoning.expose'],
    modelRules: [{ models: ['*gpt-oss*'], quirks: ['reasoning-effort'] }]
  }
} as const satisfies Record<string, Preset>

/** PresetName is one of the names. */
export type PresetName = keyof typeof PRESETS
