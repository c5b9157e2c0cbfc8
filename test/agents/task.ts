import { join } from 'node:path'
import type { Agent } from './agents/index.ts'

/** FILE is to be written with CONTENT, COPY is what the command makes of it, and SAID what it prints. */
export const FILE = 'notes.txt'
export const COPY = 'copy.txt'
export const CONTENT = 'A narrow strip of land between two seas.'
export const SAID = 'copied-as-asked'

/** promptFor is the task: the simulated model plays the lines of it, one for each answer. */
export function promptFor(agent: Agent, folder: string): string {
  const calls = [agent.write(join(folder, FILE), CONTENT), agent.run(`cp ${FILE} ${COPY} && echo ${SAID}`)]
  const lines = calls.map(({ tool, args }) => `sim: call ${tool} ${JSON.stringify(args)}`)
  return ['Write the file, copy it, and report what the command said.', ...lines].join('\n')
}
