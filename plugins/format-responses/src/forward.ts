/** FORWARD lists the headers that travel between a client and an upstream when both speak this format. */
export const FORWARD = {
  request: ['openai-beta', 'http-referer', 'x-title', 'x-openrouter-title'],
  response: [
    'openai-processing-ms',
    'openai-version',
    'x-ratelimit-limit-requests',
    'x-ratelimit-limit-tokens',
    'x-ratelimit-remaining-requests',
    'x-ratelimit-remaining-tokens',
    'x-ratelimit-reset-requests',
    'x-ratelimit-reset-tokens'
  ]
} as const
