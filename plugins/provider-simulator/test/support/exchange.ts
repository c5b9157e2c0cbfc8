import type { GenerateRequest, IrEvent, IrResponse, Message, Part, Provider, ResponseHead } from '@isthmus/core'
import { fold } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import type { Clock } from '../../src/clock.ts'
import { simulator } from '../../src/simulator.ts'
import type { Wire } from '../../src/wires.ts'

/** fakeClock does not wait: it writes down how long was asked for. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    nowMs: () => 946_684_800_000,
    async sleep(ms, signal) {
      signal.throwIfAborted()
      slept.push(ms)
    }
  }
}

/** says makes a message of text or parts. */
export const says = (role: Message['role'], ...parts: readonly (string | Part)[]): Message => ({
  role,
  parts: parts.map(part => (typeof part === 'string' ? { type: 'text', text: part } : part))
})

/** ask makes a streaming request; what is given replaces the rest. */
export function ask(messages: string | readonly Message[], change: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    op: 'generate',
    model: '',
    messages: typeof messages === 'string' ? [says('user', messages)] : messages,
    tools: [],
    sampling: {},
    output: {},
    reply: { stream: true },
    ingress: { format: 'ir' },
    ...change
  }
}

/** Heard is all that came back from one exchange with the simulator. */
export interface Heard {
  readonly head: ResponseHead
  readonly events: readonly IrEvent[]
  /** How many chunks the body had. */
  readonly chunks: number
  readonly slept: readonly number[]
  /** The reply as a whole; throws where there is none. */
  readonly reply: () => IrResponse
}

/** hear sends one request through the provider, as the pipeline would, and decodes all that comes. */
export async function hear(wire: Wire, model: string, request: GenerateRequest, tokenDelayMs = 1): Promise<Heard> {
  const clock = fakeClock()
  const provider = simulator(wire, tokenDelayMs, clock)
  const target = { provider: 'simulator', model }
  const upstream = provider.encode(request, target)
  const { head, body } = await send(provider, upstream)
  const decoder = provider.decoder(target, head, upstream.context)
  const events: IrEvent[] = []
  let chunks = 0
  for await (const chunk of body) {
    chunks++
    events.push(...decoder.push(chunk))
  }
  events.push(...decoder.end())
  assertGrammar(events)
  return { head, events, chunks, slept: clock.slept, reply: () => fold(events) }
}

/** send calls the provider's own transport. */
export function send(provider: Provider, upstream: ReturnType<Provider['encode']>, signal?: AbortSignal) {
  if (provider.send === undefined) throw new Error('the simulator brings its transport')
  return provider.send(upstream, signal ?? new AbortController().signal)
}

/** textOf is the text of a reply's first choice. */
export function textOf(reply: IrResponse): string {
  return (reply.choices[0]?.parts ?? []).map(part => (part.type === 'text' ? part.text : '')).join('')
}
