import type { Agent } from './agent.ts'

/** geminiCli speaks the Gemini API. */
export const geminiCli: Agent = {
  name: 'gemini-cli',
  package: '@google/gemini-cli',
  version: '0.61.0',
  format: 'gemini',
  program: '@google/gemini-cli/bundle/gemini.js',
  write: (path, content) => ({ tool: 'write_file', args: { file_path: path, content } }),
  run: command => ({ tool: 'run_shell_command', args: { command, description: 'Copies the file' } }),
  launch: ({ url, model }, prompt) => ({
    args: ['--yolo', '--skip-trust', '--model', model, '--prompt', prompt],
    env: { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'key-of-agent' },
    files: {
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true, disableUpdateNag: true }
      })
    }
  })
}
