import { appendFileSync } from 'node:fs'
import { defineMiddleware, type IrRequest, type Message, type Seal, type Summary } from '@isthmus/core'
import { Type } from 'typebox'

/** SealSeen is opaque state of a model as it passed: its bytes, and whose it is. */
export interface SealSeen {
  readonly on: string
  readonly issuer: string
  readonly data: string
}

/** Recorded is what the gateway knows of one exchange. */
export type Recorded =
  | {
      readonly what: 'request'
      readonly exchange: string
      readonly op: string
      readonly model: string
      readonly tools: readonly string[]
      /** Seals that the client sent. */
      readonly seals: readonly SealSeen[]
    }
  | { readonly what: 'reply'; readonly exchange: string; readonly seals: readonly SealSeen[] }
  | {
      readonly what: 'end'
      readonly exchange: string
      readonly summary: Pick<Summary, 'outcome' | 'code' | 'target' | 'gaps'>
    }

const seen = (on: string, { issuer, data }: Seal): SealSeen => ({ on, issuer: issuer.format, data })

const sealsOf = (messages: readonly Message[]): SealSeen[] =>
  messages.flatMap(({ parts }) => parts.flatMap(part => (part.seal ? [seen(part.type, part.seal)] : [])))

function aboutRequest(request: IrRequest) {
  const { op, model } = request
  if (op !== 'generate') return { op, model, tools: [], seals: [] }
  const tools = request.tools.map(tool => (tool.type === 'hosted' ? `hosted ${tool.kind}` : tool.name))
  return { op, model, tools, seals: sealsOf(request.messages) }
}

/** recorder writes a line for each step of an exchange into a file, with nothing of what was said but the seals. */
export const recorder = defineMiddleware({
  name: 'recorder',
  api: 1,
  summary: 'Writes down what passes, for a test.',
  stability: 'stable',
  options: Type.Object({ file: Type.String() }, { additionalProperties: false }),
  setup(_host, { file }) {
    const write = (line: Recorded) => appendFileSync(file, `${JSON.stringify(line)}\n`)
    return {
      request: x => write({ what: 'request', exchange: x.id, ...aboutRequest(x.request) }),
      events: x => ({
        on: ['part_end'],
        push(batch) {
          for (const event of batch) {
            if (event.type !== 'part_end' || !event.part.seal) continue
            write({ what: 'reply', exchange: x.id, seals: [seen(event.part.type, event.part.seal)] })
          }
          return batch
        }
      }),
      settled(x, { outcome, code, target, gaps }) {
        write({ what: 'end', exchange: x.id, summary: { outcome, code, target, gaps } })
      }
    }
  }
})
