import { type EventBatch, type OpenPart, type Part, ReplyBuilder, type Usage } from '@isthmus/core'
import fc from 'fast-check'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const seal = text.map(data => ({
  kind: 'signature' as const,
  data,
  issuer: { provider: 'p', modelFamily: 'm', format: 'unknown' }
}))
const native = fc.constant({ format: 'messages', object: { type: 'x' } })

/** part makes any part that a model may answer with, whole. */
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record({
    type: fc.constant('text' as const),
    text,
    annotations: fc.array(fc.constant({ kind: 'url' as const, url: 'https://example.org' }), { maxLength: 2 }),
    logprobs: fc.array(fc.record({ token: text, logprob: fc.constant(-1) }), { maxLength: 2 }),
    seal
  }),
  fc.record({ type: fc.constant('refusal' as const), text }),
  fc.record({ type: fc.constant('reasoning' as const), hidden: fc.boolean(), text, seal }),
  fc.record({
    type: fc.constant('reasoning' as const),
    hidden: fc.constant(false),
    summary: fc.array(text, { maxLength: 3 })
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.constant('call_1'),
    name: fc.constant('f'),
    kind: fc.constantFrom('function' as const, 'custom' as const),
    argsText: text
  }),
  fc.record({
    type: fc.constant('audio' as const),
    source: fc.constant({ kind: 'inline' as const, mime: 'audio/wav', data: 'AAAA' }),
    transcript: text
  }),
  fc.record({
    type: fc.constantFrom('hosted_call' as const, 'hosted_result' as const),
    kind: fc.constant('web_search' as const),
    id: fc.constant('h1'),
    status: fc.constant('completed'),
    native
  }),
  fc.record({ type: fc.constant('opaque' as const), native, replay: fc.constant('same_dialect' as const) })
)

const usage: fc.Arbitrary<Usage> = fc.record({
  input: fc.record({ fresh: fc.nat(99), cacheRead: fc.nat(99) }, { requiredKeys: [] }),
  output: fc.record({ total: fc.nat(99), reasoning: fc.nat(99) }, { requiredKeys: [] })
})

type Step =
  | { readonly do: 'open' | 'whole'; readonly choice: number; readonly part: Part }
  | { readonly do: 'append'; readonly at: number; readonly text: string }
  | { readonly do: 'close'; readonly at: number }
  | { readonly do: 'finish'; readonly choice: number }
  | { readonly do: 'usage'; readonly usage: Usage }
  | { readonly do: 'heartbeat' | 'native' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('open' as const, 'whole' as const), choice: fc.nat(2), part }),
  fc.record({ do: fc.constant('append' as const), at: fc.nat(5), text }),
  fc.record({ do: fc.constant('append' as const), at: fc.nat(5), text }),
  fc.record({ do: fc.constant('close' as const), at: fc.nat(5) }),
  fc.record({ do: fc.constant('finish' as const), choice: fc.nat(2) }),
  fc.record({ do: fc.constant('usage' as const), usage }),
  fc.record({ do: fc.constantFrom('heartbeat' as const, 'native' as const) })
)

const TEXT_KIND = { text: 'text', refusal: 'refusal', reasoning: 'reasoning', tool_call: 'args' } as const

function play(steps: readonly Step[], id: string): EventBatch {
  const out = new ReplyBuilder()
  const opened: OpenPart[] = []
  out.start(id, 'model', 1, undefined, { ext: { messages: { a: 1 } } })
  for (const next of steps) {
    switch (next.do) {
      case 'open':
        opened.push(out.open(next.choice, next.part))
        break
      case 'whole':
        out.whole(next.choice, next.part)
        break
      case 'append': {
        const open = opened[next.at]
        const kind = TEXT_KIND[open?.head.type as keyof typeof TEXT_KIND]
        if (open !== undefined && kind !== undefined) out.append(open, kind, next.text)
        break
      }
      case 'close': {
        const open = opened[next.at]
        if (open !== undefined) out.close(open)
        break
      }
      case 'finish':
        out.finish(next.choice, { reason: 'stop', native: 'stop' })
        break
      case 'usage':
        out.usage(next.usage)
        break
      case 'heartbeat':
        out.heartbeat()
        break
      case 'native':
        out.native({ format: 'messages', object: {} })
        break
    }
  }
  out.finish(0, { reason: 'stop', native: 'stop' })
  out.end({ serviceTier: 'default' })
  return out.take()
}

/** replyEvents makes the events of any reply that a decoder may build: parts interleave, choices end in any order. */
export const replyEvents: fc.Arbitrary<EventBatch> = fc
  .tuple(fc.array(step, { maxLength: 25 }), fc.string({ maxLength: 4 }))
  .map(([steps, id]) => play(steps, id))
