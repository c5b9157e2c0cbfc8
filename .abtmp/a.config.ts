import { defineConfig, env } from '@isthmus/core'

export default defineConfig({
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-messages' },
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
    { use: '@isthmus/meter-log' }
  ]
})
