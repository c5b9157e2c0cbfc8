import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { Test } from 'tap'
import { type Running, start } from '../../core/test/cli/support/run.ts'
import { WIRES as SIMULATOR_WIRES } from '../../plugins/provider-simulator/src/wires.ts'

const INGRESSES = ['chat-completions', 'responses', 'messages', 'gemini', 'completions', 'embeddings']
const SPOKEN = Object.keys(SIMULATOR_WIRES)

/** WIRES are the simulator's instances in the config of {@link simulated}: one for each format an upstream may speak. */
export const WIRES = SPOKEN.map(wire => (wire === 'chat-completions' ? 'simulator' : `simulator-${wire}`))

const CONFIG = `import { defineConfig } from '@isthmus/core'

export default defineConfig({
  plugins: [
    ${INGRESSES.map(name => `{ use: '@isthmus/ingress-${name}' },`).join('\n    ')}
    ${SPOKEN.map((wire, at) => `{ use: '@isthmus/provider-simulator', id: '${WIRES[at]}', options: { wire: '${wire}', tokenDelayMs: 0 } },`).join('\n    ')}
    { use: '@isthmus/meter-log' }
  ]
})
`

/** Simulated is the started binary with the simulator behind it. */
export interface Simulated {
  readonly url: string
  readonly running: Running
  openai(options?: { readonly maxRetries?: number }): OpenAI
  anthropic(options?: { readonly maxRetries?: number }): Anthropic
  /** lineOf waits for the log line of an exchange. */
  lineOf(id: string): Promise<ExchangeLine>
  /** linesFor waits for that many log lines about a model. */
  linesFor(model: string, count: number): Promise<readonly ExchangeLine[]>
}

/** ExchangeLine is what the tests read in the log line of one exchange. */
export interface ExchangeLine {
  readonly time: number
  readonly exchange: string
  readonly ingress: string
  readonly model: string
  readonly outcome: string
  readonly code?: string
  readonly gaps?: readonly string[]
}

/** simulated starts the binary on a config file of its own, for as long as the test runs. */
export async function simulated(t: Test): Promise<Simulated> {
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'simulated.config.ts'), CONFIG)
  const { url, running } = await start(t, { cwd }, ['--config', 'simulated.config.ts', '--port', '0'])
  return {
    url,
    running,
    openai: ({ maxRetries = 0 } = {}) => new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries }),
    anthropic: ({ maxRetries = 0 } = {}) => new Anthropic({ apiKey: 'any', baseURL: url, maxRetries }),
    async lineOf(id) {
      const [line] = await running.until('out', new RegExp(`^\\{.*"exchange":"${id}".*"outcome":.*\\}$`, 'm'))
      return JSON.parse(line)
    },
    async linesFor(model, count) {
      const one = `^\\{.*"model":"${model}".*"outcome":.*\\}$`
      await running.until('out', new RegExp(`(?:${one}[^]*?){${count}}`, 'm'))
      return [...running.out.matchAll(new RegExp(one, 'gm'))].map(([line]) => JSON.parse(line))
    }
  }
}

/** PIXEL is the smallest PNG there is, in base64; 70 bytes. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** CITY_SCHEMA asks for a string and a number, with nothing else allowed. */
export const CITY_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer', minimum: 1 } },
  required: ['city', 'people'],
  additionalProperties: false
} as const

/** WEATHER and CLOCK are the arguments of two tools. */
export const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false
} as const
export const CLOCK = {
  type: 'object',
  properties: { zone: { type: 'string', enum: ['UTC', 'CET'] } },
  required: ['zone'],
  additionalProperties: false
} as const

/** caught gives the error that a promise ends in. */
export async function caught(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error
  )
  if (outcome instanceof Error) return outcome
  throw new Error('expected an error')
}
