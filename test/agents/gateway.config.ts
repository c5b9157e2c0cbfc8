import { defineConfig, env, use } from '@isthmus/core'
import { recorder } from './recorder.ts'

const wires = ['chat-completions', 'responses', 'messages', 'gemini'] as const

// Every ingress, and for every wire format a simulated upstream that speaks it, called as the wire is.
export default defineConfig({
  server: { host: '127.0.0.1', port: 0 },
  log: { level: 'debug', format: 'json' },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-responses' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/ingress-gemini' },
    ...wires.map(wire => ({
      use: '@isthmus/provider-simulator',
      id: wire,
      options: { wire, tokenDelayMs: 0 }
    })),
    use(recorder, { options: { file: env('RECORD') } }),
    { use: '@isthmus/meter-log' }
  ],
  // Codex offers tools by the name of the model.
  models: { aliases: Object.fromEntries(wires.map(wire => [`gpt-5.5-over-${wire}`, `${wire}/reason`])) },
  pipeline: ['recorder']
})
