import type { Agent } from './agent.ts'

interface Client {
  readonly name: string
  /** Whose format it speaks. */
  readonly provider: string
  readonly format: string
  readonly path: string
}

const continueWith = ({ name, provider, format, path }: Client): Agent => ({
  name,
  package: '@continuedev/cli',
  version: '1.5.47',
  format,
  program: '@continuedev/cli/dist/cn.js',
  write: (filepath, content) => ({ tool: 'Write', args: { filepath, content } }),
  run: command => ({ tool: 'Bash', args: { command } }),
  launch: ({ url, model, home }, prompt) => ({
    args: ['--config', `${home}/continue.yaml`, '--auto', '--print', prompt],
    env: { CONTINUE_TELEMETRY_ENABLED: '0' },
    files: {
      'continue.yaml': `name: Gateway
version: 1.0.0
schema: v1
models:
  - name: gateway
    provider: ${provider}
    model: ${model}
    apiKey: key-of-agent
    apiBase: ${url}${path}
    roles: [chat]
`
    }
  })
})

/** continues are one agent that speaks two formats. */
export const continues: readonly Agent[] = [
  { name: 'continue', provider: 'openai', format: 'chat-completions', path: '/v1' },
  { name: 'continue-anthropic', provider: 'anthropic', format: 'messages', path: '/v1' }
].map(continueWith)
