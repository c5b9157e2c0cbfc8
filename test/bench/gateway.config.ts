import { defineConfig, env, use } from '@isthmus/core'
import { responsesUpstream } from '../support/responses-upstream.ts'

// The whole path as it is used: all formats on both sides, the log and a meter. Only the addresses are the bench's.
export default defineConfig({
  server: { host: '127.0.0.1', port: 0 },
  upstream: { connections: 2048 },
  log: { level: 'info', format: 'json' },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-responses' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/ingress-gemini' },
    { use: '@isthmus/ingress-embeddings' },
    { use: '@isthmus/provider-openai', options: { apiKey: env('OPENAI_API_KEY'), baseUrl: env('OPENAI_BASE_URL') } },
    use(responsesUpstream, { options: { apiKey: env('OPENAI_API_KEY'), baseUrl: env('OPENAI_BASE_URL') } }),
    {
      use: '@isthmus/provider-anthropic',
      options: { apiKey: env('ANTHROPIC_API_KEY'), baseUrl: env('ANTHROPIC_BASE_URL') }
    },
    { use: '@isthmus/provider-gemini', options: { apiKey: env('GEMINI_API_KEY'), baseUrl: env('GEMINI_BASE_URL') } },
    { use: '@isthmus/catalog-models' },
    { use: '@isthmus/surface-catalog' },
    { use: '@isthmus/meter-log' }
  ]
})
