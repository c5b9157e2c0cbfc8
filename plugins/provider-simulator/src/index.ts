import { defineProvider } from '@isthmus/core'
import { Type } from 'typebox'
import { simulator } from './simulator.ts'
import { WIRES } from './wires.ts'

export default defineProvider({
  name: 'simulator',
  api: 1,
  summary: 'Models that need no network and no key, for demos, tests and load.',
  stability: 'experimental',
  options: Type.Object(
    {
      wire: Type.Union(
        [Type.Literal('chat-completions'), Type.Literal('messages'), Type.Literal('responses'), Type.Literal('gemini')],
        { default: 'chat-completions', description: 'The wire format that the simulated upstream speaks.' }
      ),
      tokenDelayMs: Type.Integer({
        default: 15,
        minimum: 0,
        maximum: 60_000,
        description: 'The time that one token takes, unless the name of the model says it.'
      })
    },
    { additionalProperties: false }
  ),
  setup: (_host, options) => simulator(WIRES[options.wire], options.tokenDelayMs)
})
