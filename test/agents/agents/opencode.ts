import type { Agent, Place } from './agent.ts'

interface Client {
  readonly name: string
  /** The AI SDK's package that it asks with. It has these inside. */
  readonly npm: string
  readonly format: string
  readonly path: string
}

const settings = ({ url, model, smallModel }: Place, { npm, path }: Client): string =>
  JSON.stringify({
    autoupdate: false,
    share: 'disabled',
    small_model: `gateway/${smallModel}`,
    provider: {
      gateway: {
        npm,
        name: 'Gateway',
        options: { baseURL: url + path, apiKey: 'key-of-agent' },
        models: { [model]: { reasoning: true, tool_call: true }, [smallModel]: {} }
      }
    }
  })

const opencodeWith = (client: Client): Agent => ({
  name: client.name,
  package: 'opencode-ai',
  version: '1.18.33',
  format: client.format,
  program: `opencode-${process.platform}-${process.arch}/bin/opencode`,
  native: true,
  write: (path, content) => ({ tool: 'write', args: { filePath: path, content } }),
  run: command => ({ tool: 'bash', args: { command, description: 'Copies the file' } }),
  launch: (place, prompt) => ({
    args: ['run', '--pure', '--auto', '--model', `gateway/${place.model}`, '--dir', place.folder],
    // As an argument it would be put in quotes.
    input: prompt,
    env: { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_SHARE: '1' },
    files: { '.config/opencode/opencode.json': settings(place, client) }
  })
})

/** opencodes are one agent that speaks all four formats, and one of them in two ways. */
export const opencodes: readonly Agent[] = [
  { name: 'opencode', npm: '@ai-sdk/openai-compatible', format: 'chat-completions', path: '/v1' },
  { name: 'opencode-openrouter', npm: '@openrouter/ai-sdk-provider', format: 'chat-completions', path: '/v1' },
  { name: 'opencode-openai', npm: '@ai-sdk/openai', format: 'responses', path: '/v1' },
  { name: 'opencode-anthropic', npm: '@ai-sdk/anthropic', format: 'messages', path: '/v1' },
  { name: 'opencode-google', npm: '@ai-sdk/google', format: 'gemini', path: '/v1beta' }
].map(opencodeWith)
