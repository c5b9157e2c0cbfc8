import type { Agent } from './agent.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { continues } from './continue.ts'
import { geminiCli } from './gemini-cli.ts'
import { opencodes } from './opencode.ts'
import { pis } from './pi.ts'
import { qwenCode } from './qwen-code.ts'

export type { Agent } from './agent.ts'

/** AGENTS are the agents that are tried. A new one is a file beside this one and a line here. */
export const AGENTS: readonly Agent[] = [claudeCode, codex, geminiCli, ...opencodes, ...pis, qwenCode, ...continues]
