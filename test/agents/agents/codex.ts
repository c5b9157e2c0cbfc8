import type { Agent } from './agent.ts'

/** codex speaks Responses. */
export const codex: Agent = {
  name: 'codex',
  package: '@openai/codex',
  version: '0.169.0',
  format: 'responses',
  program: '@openai/codex/bin/codex.js',
  // What tools it offers goes by the name.
  modelOf: upstream => `gpt-5.5-over-${upstream}`,
  write: (path, content) => ({
    tool: 'apply_patch',
    args: `*** Begin Patch\n*** Add File: ${path}\n+${content}\n*** End Patch\n`
  }),
  run: command => ({ tool: 'exec_command', args: { cmd: command } }),
  launch: ({ url, model }, prompt) => ({
    args: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '--model', model, prompt],
    env: { GATEWAY_KEY: 'key-of-agent' },
    files: {
      '.codex/config.toml': `model_provider = "gateway"

[model_providers.gateway]
name = "Gateway"
base_url = "${url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"

[analytics]
enabled = false
`
    }
  })
}
