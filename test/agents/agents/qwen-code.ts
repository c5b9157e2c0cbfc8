import type { Agent } from './agent.ts'

/** qwenCode speaks Chat Completions. */
export const qwenCode: Agent = {
  name: 'qwen-code',
  package: '@qwen-code/qwen-code',
  version: '0.24.4',
  format: 'chat-completions',
  program: '@qwen-code/qwen-code/cli-entry.js',
  write: (path, content) => ({ tool: 'write_file', args: { file_path: path, content } }),
  run: command => ({ tool: 'run_shell_command', args: { command, is_background: false } }),
  launch: ({ url, model }, prompt) => ({
    args: ['--yolo', '--auth-type', 'openai', '--model', model, prompt],
    env: { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'key-of-agent' }
  })
}
