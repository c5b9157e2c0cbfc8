import type { Agent } from './agent.ts'

/** claudeCode speaks Messages. */
export const claudeCode: Agent = {
  name: 'claude-code',
  package: '@anthropic-ai/claude-code',
  version: '2.1.328',
  format: 'messages',
  // Its own start script stands in for a binary that only an install script would put in place.
  program: `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
  native: true,
  write: (path, content) => ({ tool: 'Write', args: { file_path: path, content } }),
  run: command => ({ tool: 'Bash', args: { command, description: 'Copies the file' } }),
  launch: ({ url, model, smallModel }, prompt) => ({
    args: ['--print', '--model', model, '--allowed-tools', 'Write,Bash', '--', prompt],
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'key-of-agent',
      ANTHROPIC_DEFAULT_HAIKU_MODEL: smallModel,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1'
    }
  })
}
