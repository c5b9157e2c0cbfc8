import { existsSync } from 'node:fs'
import { defineConfig } from '@isthmus/core'

const W = ['chat-completions', 'messages', 'responses', 'gemini'] as const
export default defineConfig({
  plugins: [
    ...['chat-completions', 'messages', 'gemini', 'completions', 'embeddings', 'responses']
      .filter(n => existsSync('/work/main/plugins/ingress-' + n + '/src/index.ts'))
      .map(n => ({ use: '@isthmus/ingress-' + n })),
    ...W.map(w => ({
      use: '@isthmus/provider-simulator',
      id: w === 'chat-completions' ? 'simulator' : 'simulator-' + w,
      options: { wire: w, tokenDelayMs: 0 }
    })),
    { use: '@isthmus/meter-log' }
  ]
})
