import { defineConfig } from '@isthmus/core'
export default defineConfig({
  plugins: [
    { use: '@isthmus/catalog-models' },
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/provider-openai', options: { apiKey: 'x' } },
    { use: '@isthmus/provider-anthropic', options: { apiKey: 'x' } },
    { use: '@isthmus/provider-gemini', options: { apiKey: 'x' } },
    { use: '@isthmus/provider-openrouter', options: { apiKey: 'x' } }
  ],
})
