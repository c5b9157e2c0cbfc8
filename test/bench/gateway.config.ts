import { defineConfig, env } from '@isthmus/core'

// The whole path as it is used: both formats, both upstreams, the log and a meter. Only the addresses are the bench's.
export default defineConfig({
  server: { host: '127.0.0.1', port: 0 },
  upstream: { connections: 2048 },
  log: { level: 'info', format: 'json' },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/provider-openai', options: { apiKey: env('OPENAI_API_KEY'), baseUrl: env('OPENAI_BASE_URL') } },
    {
      use: '@isthmus/provider-anthropic',
      options: { apiKey: env('ANTHROPIC_API_KEY'), baseUrl: env('ANTHROPIC_BASE_URL') }
    },
    { use: '@isthmus/meter-log' }
  ]
})
