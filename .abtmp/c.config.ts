import { defineConfig, env } from '@isthmus/core'
export default defineConfig({ server: { totalMs: 0 }, plugins: [{ use: '@isthmus/ingress-chat-completions' }, { use: '@isthmus/provider-openai', options: { apiKey: env('OPENAI_API_KEY'), baseUrl: env('OPENAI_BASE_URL') } }] })
