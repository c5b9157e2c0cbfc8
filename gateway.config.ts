import { defineConfig, env } from '@isthmus/core'

/** A provider that names a variable which is not set waits for it; the others are up. */
export default defineConfig({
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-responses' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/ingress-gemini' },
    { use: '@isthmus/ingress-completions' },
    { use: '@isthmus/ingress-embeddings' },
    { use: '@isthmus/provider-simulator' },
    {
      use: '@isthmus/provider-openai',
      optional: true,
      options: { apiKey: env('OPENAI_API_KEY'), baseUrl: env('OPENAI_BASE_URL', 'https://api.openai.com/v1') }
    },
    {
      use: '@isthmus/provider-anthropic',
      optional: true,
      options: { apiKey: env('ANTHROPIC_API_KEY'), baseUrl: env('ANTHROPIC_BASE_URL', 'https://api.anthropic.com') }
    },
    { use: '@isthmus/provider-gemini', optional: true, options: { apiKey: env('GEMINI_API_KEY') } },
    { use: '@isthmus/provider-openrouter', optional: true, options: { apiKey: env('OPENROUTER_API_KEY') } },
    {
      use: '@isthmus/provider-openai-compatible',
      id: 'mistral',
      optional: true,
      options: { preset: 'mistral', apiKey: env('MISTRAL_API_KEY') }
    },
    { use: '@isthmus/catalog-models' },
    { use: '@isthmus/store-sqlite', options: { file: env('ISTHMUS_DB', 'isthmus.db') } },
    { use: '@isthmus/surface-catalog' },
    { use: '@isthmus/surface-admin', optional: true, options: { token: env('ISTHMUS_ADMIN_TOKEN') } },
    { use: '@isthmus/surface-openapi' },
    { use: '@isthmus/meter-log' }
  ]
})
