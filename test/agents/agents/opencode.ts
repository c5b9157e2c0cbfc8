import type { Agent } from './agent.ts'

/** opencode speaks any of the four; here it is Chat Completions, through the AI SDK's client for compatible servers. */
export const opencode: Agent = {
  name: 'opencode',
  package: 'opencode-ai',
  version: '1.18.33',
  format: 'chat-completions',
  program: `opencode-${process.platform}-${process.arch}/bin/opencode`,
  native: true,
  write: (path, content) => ({ tool: 'write', args: { filePath: path, content } }),
  run: command => ({ tool: 'bash', args: { command, description: 'Copies the file' } }),
  launch: ({ url, model, smallModel, folder }, prompt) => ({
    args: ['run', '--pure', '--auto', '--model', `gateway/${model}`, '--dir', folder, prompt],
    env: { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_SHARE: '1' },
    files: {
      '.config/opencode/opencode.json': JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        small_model: `gateway/${smallModel}`,
        provider: {
          gateway: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Gateway',
            options: { baseURL: `${url}/v1`, apiKey: 'key-of-agent' },
            models: { [model]: { reasoning: true, tool_call: true }, [smallModel]: {} }
          }
        }
      })
    }
  })
}
