import type { EncodedRequest, GenerateRequest, StreamEncoder, WireFormat } from '@isthmus/core'
import { type Case, formatCases } from '@isthmus/core/testing'
import t from 'tap'
import { plainFeatures, plainFormat } from './plain-format.ts'

type Plain = WireFormat<never>

async function failures(cases: readonly Case[]): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of cases) {
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed
}

const fixtures = {
  requests: [
    {
      name: 'a hello',
      body: {
        model: 'm',
        messages: [],
        tools: [],
        sampling: {},
        output: {},
        reply: { stream: false },
        ingress: { format: 'plain' }
      }
    }
  ],
  errors: [{ name: 'a limit', status: 429, body: '{}', kind: 'upstream_limited' as const }]
}

t.test('a codec without a fault passes every case', async t => {
  for (const { name, run } of formatCases(plainFormat, fixtures)) await t.resolves(async () => run(), name)
})

const encoding = (change: (request: GenerateRequest, encoded: EncodedRequest) => EncodedRequest): Plain => ({
  ...plainFormat,
  request: {
    ...plainFormat.request,
    encode: (request, target) => change(request, plainFormat.request.encode(request, target))
  }
})
const streaming = (change: (encoder: StreamEncoder) => Partial<StreamEncoder>): Plain => ({
  ...plainFormat,
  response: {
    ...plainFormat.response,
    encoder(options) {
      const encoder = plainFormat.response.encoder(options)
      return { ...encoder, ...change(encoder) }
    }
  }
})
let calls = 0

/** Codecs with one fault each, and a case that must find it. */
const FAULTS: readonly { readonly fault: string; readonly format: Plain; readonly found: RegExp }[] = [
  {
    fault: 'a feature without a verdict',
    format: { ...plainFormat, features: { ...plainFeatures, ext: undefined as unknown as 'exact' } },
    found: /every feature has a verdict/
  },
  {
    fault: 'a temperature that is lost',
    format: encoding((_request, encoded) => ({ ...encoded, body: { ...encoded.body, sampling: {} } })),
    found: /feature: sampling.temperature/
  },
  {
    fault: 'a turn that is lost',
    format: encoding((request, encoded) => ({
      ...encoded,
      body: { ...encoded.body, messages: request.messages.slice(-1) }
    })),
    found: /request: a conversation in many scripts comes back/
  },
  {
    fault: 'a gap that quotes the prompt',
    format: encoding((request, encoded) => {
      const message = JSON.stringify(request.messages)
      return { ...encoded, gaps: [{ feature: 'ext', action: 'dropped', message }] }
    }),
    found: /request: one question comes back/
  },
  {
    fault: 'an encoder that edits the request',
    format: encoding((request, encoded) => {
      ;(request.messages as unknown[]).pop()
      return encoded
    }),
    found: /request: one question comes back/
  },
  {
    fault: 'a body that changes from call to call',
    format: encoding((_request, encoded) => ({ ...encoded, body: { ...encoded.body, serial: ++calls } })),
    found: /request: one question comes back/
  },
  {
    fault: 'a body that depends on the source',
    format: encoding((request, encoded) => {
      return { ...encoded, body: { ...encoded.body, ...(request.source && { metadata: { reused: 'yes' } }) } }
    }),
    found: /alike with and without its source/
  },
  {
    fault: 'a TypeError on junk',
    format: {
      ...plainFormat,
      request: {
        ...plainFormat.request,
        decode: (body, head) =>
          plainFormat.request.decode(
            { ...(body as object), messages: (body as { messages: unknown[] }).messages.slice() },
            head
          )
      }
    },
    found: /junk is refused/
  },
  {
    fault: 'a failure that is not told',
    format: streaming(() => ({ fail: () => '' })),
    found: /fails before anything was sent/
  },
  {
    fault: 'a failure that looks like a good end',
    format: streaming(() => ({
      fail: () => 'data: {"type":"finish","choice":0,"finish":{"reason":"stop","native":""}}\n\n'
    })),
    found: /one sentence is well-formed wherever/
  },
  {
    fault: 'a keep-alive that is no comment',
    format: streaming(() => ({
      ping: () => 'data: {"type":"part_start","choice":0,"part":{"type":"text","text":""}}\n\n'
    })),
    found: /a keep-alive/
  },
  {
    fault: 'an encoder that reads only the first event of a batch',
    format: streaming(encoder => ({ push: batch => encoder.push(batch.slice(0, 1)) })),
    found: /one sentence, streamed/
  },
  {
    fault: 'a decoder that reads characters chunk by chunk',
    format: {
      ...plainFormat,
      response: {
        ...plainFormat.response,
        decoder(head, target, context) {
          const decoder = plainFormat.response.decoder(head, target, context)
          const text = (chunk: Uint8Array): Uint8Array => Buffer.from(Buffer.from(chunk).toString('utf8'))
          return { push: chunk => decoder.push(text(chunk)), end: () => decoder.end() }
        }
      }
    },
    found: /reply: many scripts, streamed/
  },
  {
    fault: 'a reply read from nonsense',
    format: {
      ...plainFormat,
      response: {
        ...plainFormat.response,
        decoder: (head, target, context) => {
          const decoder = plainFormat.response.decoder(head, target, context)
          return {
            push: chunk => decoder.push(chunk),
            end: () => decoder.end().filter(event => event.type !== 'error')
          }
        }
      }
    },
    found: /is an error, not a crash/
  },
  {
    fault: 'usage that is lost',
    format: {
      ...plainFormat,
      response: { ...plainFormat.response, encode: ({ usage: _usage, ...response }) => response }
    },
    found: /one sentence, whole/
  },
  {
    fault: 'an error without its message',
    format: { ...plainFormat, error: { ...plainFormat.error, encode: () => ({ status: 500, body: {} }) } },
    found: /errors: internal has a status/
  },
  {
    fault: 'an error sent as a success',
    format: {
      ...plainFormat,
      error: { ...plainFormat.error, encode: error => ({ ...plainFormat.error.encode(error, ''), status: 200 }) }
    },
    found: /errors: internal has a status/
  },
  {
    fault: 'errors that throw on HTML',
    format: {
      ...plainFormat,
      error: { ...plainFormat.error, decode: (_head, body) => JSON.parse(Buffer.from(body).toString()) }
    },
    found: /any status with any bytes/
  },
  {
    fault: 'models that are lost',
    format: { ...plainFormat, models: { ...plainFormat.models, encodeList: () => ({ models: [] }) } },
    found: /models: a list that was encoded/
  },
  {
    fault: 'a credential among the forwarded headers',
    format: { ...plainFormat, forward: { request: ['authorization'], response: [] } },
    found: /forwarded headers/
  }
]

for (const { fault, format, found } of FAULTS) {
  t.test(`the kit finds ${fault}`, async t => {
    const failed = await failures(formatCases(format, fixtures))
    t.ok(
      failed.some(name => found.test(name)),
      `expected ${found} among: ${failed.slice(0, 5).join(' | ')}`
    )
  })
}
