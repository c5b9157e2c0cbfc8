import { defineConfig, env } from '@isthmus/core'
export default defineConfig({ plugins: [{ use: '@isthmus/ingress-chat-completions' }, { use: '@isthmus/provider-simulator', options: { tokenDelayMs: 0 } }] })
