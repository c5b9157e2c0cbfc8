import { defineConfig, env, use } from '@isthmus/core'
import { responsesUpstream } from '../support/responses-upstream.ts'

// All formats on both sides, each upstream at an address of its own.
export default defineConfig({
  server: { host: '127.0.0.1', port: 0 },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-responses' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/ingress-gemini' },
    { use: '@isthmus/provider-openai', id: 'chat', options: { apiKey: 'key-for-chat', baseUrl: env('CHAT') } },
    use(responsesUpstream, { id: 'responses', options: { apiKey: 'key-for-responses', baseUrl: env('RESPONSES') } }),
    {
      use: '@isthmus/provider-anthropic',
      id: 'messages',
      options: { apiKey: 'key-for-messages', baseUrl: env('MESSAGES') }
    },
    { use: '@isthmus/provider-gemini', id: 'gemini', options: { apiKey: 'key-for-gemini', baseUrl: env('GEMINI') } },
    { use: '@isthmus/meter-log' }
  ]
})
