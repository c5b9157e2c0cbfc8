import type { Agent, Place } from './agent.ts'

interface Client {
  readonly name: string
  /** What it calls the format. */
  readonly api: string
  readonly format: string
  readonly path: string
}

const settings = ({ url, model }: Place, { api, path }: Client): string =>
  JSON.stringify({
    providers: {
      gateway: { baseUrl: url + path, api, apiKey: 'key-of-agent', models: [{ id: model, reasoning: true }] }
    }
  })

const piWith = (client: Client): Agent => ({
  name: client.name,
  package: '@mariozechner/pi-coding-agent',
  version: '0.73.1',
  format: client.format,
  program: '@mariozechner/pi-coding-agent/dist/cli.js',
  write: (path, content) => ({ tool: 'write', args: { path, content } }),
  run: command => ({ tool: 'bash', args: { command } }),
  launch: (place, prompt) => ({
    args: ['--print', '--offline', '--provider', 'gateway', '--model', place.model, '--thinking', 'high', prompt],
    files: { '.pi/agent/models.json': settings(place, client) }
  })
})

/** pis are one agent that speaks all four formats with the vendors' own clients. */
export const pis: readonly Agent[] = [
  { name: 'pi', api: 'openai-completions', format: 'chat-completions', path: '/v1' },
  { name: 'pi-responses', api: 'openai-responses', format: 'responses', path: '/v1' },
  { name: 'pi-messages', api: 'anthropic-messages', format: 'messages', path: '' },
  { name: 'pi-gemini', api: 'google-generative-ai', format: 'gemini', path: '/v1beta' }
].map(piWith)
