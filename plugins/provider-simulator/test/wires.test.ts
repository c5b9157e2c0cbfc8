import { readFile } from 'node:fs/promises'
import type { Feature, GenerateRequest, Host, IrEvent, Part, ToolDef } from '@isthmus/core'
import { providerCases } from '@isthmus/core/testing'
import { checker } from '@isthmus/core/wire'
import t from 'tap'
import { Value } from 'typebox/value'
import plugin from '../src/index.ts'
import { modelTable } from '../src/models.ts'
import { WIRES } from '../src/wires.ts'
import { ask, hear, says, textOf } from './support/exchange.ts'

const TOOLS: readonly ToolDef[] = [
  { type: 'function', name: 'weather', schema: { type: 'object', properties: { city: { type: 'string' } } } },
  { type: 'function', name: 'clock', schema: { type: 'object', properties: {} } }
]
const ANSWERING = ['echo', 'inspect', 'tokens:30', 'reason', 'call', 'call:3', 'refuse', 'filter', 'slow-head:1s']
const BREAKING = ['cut', 'cut:0', 'error-in-stream', 'error-in-stream:0', 'garbage', 'garbage:0', 'empty']
const FORMS = { streamed: true, whole: false }

const errorOf = (events: readonly IrEvent[]) => {
  const found = events.find(event => event.type === 'error')
  return found?.type === 'error' ? found.error : undefined
}

for (const [name, wire] of Object.entries(WIRES)) {
  for (const [form, stream] of Object.entries(FORMS)) {
    // `hear` holds every reply to the event grammar.
    const listen = (model: string, messages: Parameters<typeof ask>[0], change: Partial<GenerateRequest> = {}) =>
      hear(wire, model, ask(messages, { output: { maxTokens: 1000 }, ...change, reply: { stream } }))

    t.test(`${name}, ${form}: every answering model answers, with usage`, async t => {
      for (const model of ANSWERING) {
        const { head, reply } = await listen(model, 'Good morning', { tools: TOOLS })
        t.equal(head.status, 200, model)
        t.match(head.headers['content-type'], stream ? /^text\/event-stream/ : /^application\/json/)
        const { model: named, id, choices, usage } = reply()
        t.match([named, id], [model, /^(?:resp_)?sim-?\w{20,}$/])
        t.ok((choices[0]?.parts.length ?? 0) > 0, `${model} says something`)
        t.ok((usage?.input.fresh ?? 0) > 0 && (usage?.output.total ?? 0) > 0, `${model} reports usage`)
      }
    })

    t.test(`${name}, ${form}: every breaking model ends in an error`, async t => {
      for (const model of BREAKING) {
        const { events } = await listen(model, 'Good morning')
        t.ok(errorOf(events), model)
      }
    })

    t.test(`${name}, ${form}: text comes through unchanged`, async t => {
      const text = 'Grüße,\n\t"quoted" \\ 漢字 🐟  two spaces\u2028 end'
      t.equal(textOf((await listen('echo', text)).reply()), text)
    })

    t.test(`${name}, ${form}: a tool loop of two rounds completes`, async t => {
      const asked = [says('user', 'Both, please')]
      const first = (await listen('call:all', asked, { tools: TOOLS })).reply().choices[0]
      t.equal(first?.finish.reason, 'tool_calls')
      const calls = (first?.parts ?? []).filter(part => part.type === 'tool_call')
      t.strictSame(
        calls.map(call => [call.name, JSON.parse(call.argsText)]),
        [
          ['weather', { city: 'city' }],
          ['clock', {}]
        ]
      )
      const results = calls.map(
        (call): Part => ({
          type: 'tool_result',
          callId: call.id,
          content: [{ type: 'text', text: `${call.name} is fine` }]
        })
      )
      const messages = [...asked, says('assistant', ...(first?.parts ?? [])), says('tool', ...results)]
      const second = (await listen('call:all', messages, { tools: TOOLS })).reply()
      t.equal(textOf(second), 'The tool weather answered: weather is fine\nThe tool clock answered: clock is fine')
    })

    t.test(`${name}, ${form}: reasoning arrives with its seal`, async t => {
      const { reply } = await listen('reason:8', 'hi')
      const parts = reply().choices[0]?.parts ?? []
      t.match(parts, [{ type: 'reasoning' }, { type: 'text', text: 'hi' }])
      const { format, kind, on } = wire.seal
      t.match(parts[on === 'reasoning' ? 0 : 1]?.seal, { kind, data: /./, issuer: { format } })
      t.equal(reply().usage?.output.reasoning, 8)
      const messages = [says('user', 'hi'), says('assistant', ...(reply().choices[0]?.parts ?? [])), says('user', 'on')]
      t.match(textOf((await listen('reason:8', messages)).reply()), /1 with my seal, 0 without/)
    })

    t.test(`${name}, ${form}: a seal on a call comes back with it`, async t => {
      const first = (await listen('reason:8', 'sim: call clock', { tools: TOOLS })).reply().choices[0]?.parts ?? []
      const call = first.find(part => part.type === 'tool_call')
      const content: Part[] = [{ type: 'text', text: 'noon' }]
      const messages = [
        says('user', 'sim: call clock'),
        says('assistant', ...first),
        says('tool', { type: 'tool_result', callId: call?.id ?? '', content })
      ]
      const second = (await listen('reason:8', [...messages, says('user', 'on')], { tools: TOOLS })).reply()
      t.match(textOf(second), /clock answered: noon/)
      const third = [...messages, says('assistant', ...(second.choices[0]?.parts ?? [])), says('user', 'on')]
      t.match(textOf((await listen('reason:8', third)).reply()), /2 with my seal, 0 without/)
    })

    if (wire.generate.format.features['output.stop'] !== 'rejected') {
      t.test(`${name}, ${form}: stop sequences are understood`, async t => {
        const stopped = (await listen('echo', 'one two three', { output: { stop: [' two'], maxTokens: 50 } })).reply()
        t.equal(textOf(stopped), 'one')
        t.match(stopped.choices[0]?.finish.reason, /^stop/)
      })
    }

    t.test(`${name}, ${form}: limits, schemas and media are understood`, async t => {
      const cut = (await listen('echo', 'one two three', { output: { maxTokens: 2 } })).reply()
      t.match([textOf(cut), cut.choices[0]?.finish.reason], ['one two', 'length'])
      const schema = {
        type: 'object',
        properties: { age: { type: 'integer' } },
        required: ['age'],
        additionalProperties: false
      }
      const output = { maxTokens: 50, format: { type: 'json_schema', schema, name: 'person' } } as const
      t.strictSame(JSON.parse(textOf((await listen('echo', 'hi', { output })).reply())), { age: 1 })
      const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAECAw==' } }
      const pdf: Part = {
        type: 'file',
        filename: 'a.pdf',
        source: { kind: 'inline', mime: 'application/pdf', data: 'AAEC' }
      }
      const seen = textOf((await listen('echo', [says('user', 'See', image, pdf)])).reply())
      t.match(seen, /image\/png, 4 bytes/)
      t.match(seen, /application\/pdf, 3 bytes/)
    })

    t.test(`${name}, ${form}: what was asked is what the upstream reads`, async t => {
      const messages = [says('system', 'Be brief.'), says('user', 'hi'), says('assistant', 'ho'), says('user', 'hu')]
      const { reply } = await listen('inspect', messages, { tools: TOOLS })
      const seen = JSON.parse(textOf(reply()))
      if (name === 'gemini') t.match(seen, { tools: [{ functionDeclarations: { length: 2 } }] })
      else t.match(seen, { model: 'inspect', tools: { length: 2 } })
      t.match(JSON.stringify(seen), /Be brief\..*hi.*ho.*hu/)
    })
  }

  t.test(`${name}: the contract of providers`, async t => {
    for (const { name: title, run } of providerCases(plugin, {
      options: { wire: name },
      format: wire.generate.format
    })) {
      await t.test(title, async () => run())
    }
  })

  t.test(`${name}: a failure has a kind that the fallback understands`, async t => {
    const provider = await plugin.setup({} as Host, { wire: name as keyof typeof WIRES, tokenDelayMs: 0 })
    const kindOf = async (model: string) => {
      const upstream = provider.encode(ask('hi'), { provider: 'simulator', model })
      const reply = await provider.send?.(upstream, new AbortController().signal)
      if (reply === undefined) throw new Error('the simulator brings its transport')
      const chunks: Uint8Array[] = []
      for await (const chunk of reply.body) chunks.push(chunk)
      const error = provider.decodeError(reply.head, Buffer.concat(chunks))
      return [reply.head.status, error.kind, error.retryAfterMs]
    }
    const expected: readonly (readonly [string, number, string, number?])[] = [
      ['fail:400', 400, 'upstream_rejected'],
      ['fail:401', 401, 'upstream_denied'],
      ['fail:402', 402, 'upstream_denied'],
      ['fail:403', 403, 'upstream_denied'],
      ['fail:404', 404, 'not_found'],
      ['fail:413', 413, 'too_large'],
      ['fail:422', 422, 'upstream_rejected'],
      ['fail:429@30s', 429, 'upstream_limited', 30_000],
      ['fail:500', 500, 'upstream_unavailable'],
      ['fail:502', 502, 'upstream_unavailable'],
      ['fail:503', 503, 'upstream_overloaded', 1000],
      ['fail:529', 529, 'upstream_overloaded', 1000],
      ['fail:context', 400, 'context_length'],
      ['nobody', 404, 'not_found']
    ]
    for (const [model, status, kind, retryAfterMs] of expected) {
      t.strictSame(await kindOf(model), [status, kind, retryAfterMs], model)
    }
  })

  t.test(`${name}: what no simulated model does is refused by the plan`, async t => {
    const provider = await plugin.setup({} as Host, { wire: name as keyof typeof WIRES, tokenDelayMs: 0 })
    const cannot: Feature[] = ['output.logprobs', 'output.audio', 'tools.hosted', 'state.previous']
    for (const feature of cannot) t.equal(provider.features[feature], 'rejected', feature)
  })
}

t.test('the options have defaults and refuse what they do not know', async t => {
  t.strictSame(Value.Default(plugin.options, {}), { wire: 'chat-completions', tokenDelayMs: 15 })
  const options = checker(plugin.options)
  t.strictSame(options.problems({ wire: 'messages', tokenDelayMs: 0 }), [])
  t.match(options.problems({ wire: 'carrier-pigeon', tokenDelayMs: -1, models: [] }).length, 3)
})

t.test('the README lists the models as they are', async t => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  for (const [name, takes, about] of modelTable()) {
    t.ok(readme.includes(`| \`${name}\` | ${takes} | ${about} |`), `${name} stands in the table`)
  }
})
