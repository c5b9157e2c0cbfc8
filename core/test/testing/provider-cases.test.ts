import { defineProvider, endpointFrom, featureTable, type Provider, providerFrom, SecretString } from '@isthmus/core'
import { type Case, type ProviderCaseOptions, providerCases } from '@isthmus/core/testing'
import t from 'tap'
import { Type } from 'typebox'
import { plainFormat } from './plain-format.ts'

const options = Type.Object({ apiKey: SecretString({ description: 'The key.' }) }, { additionalProperties: false })
const SOUND = {
  name: 'plain',
  api: 1,
  summary: 'A provider of the plain format.',
  stability: 'experimental',
  options
} as const

/** provider makes a plugin whose contribution has been damaged in one place. */
const provider = (change: (sound: Provider, key: string) => Partial<Provider> = () => ({})) =>
  defineProvider({
    ...SOUND,
    setup(_host, { apiKey }) {
      const sound = providerFrom(plainFormat, {
        baseUrl: 'https://plain.example/v1/',
        path: '/generate',
        modelsPath: '/models',
        known: [{ id: 'small' }],
        authorize: request => {
          request.headers.authorization = `Bearer ${apiKey.reveal()}`
        }
      })
      return { ...sound, ...change(sound, apiKey.reveal()) }
    }
  })

const given: ProviderCaseOptions = {
  options: { apiKey: 'k' },
  format: plainFormat,
  manifest: {
    type: 'module',
    keywords: ['isthmus-plugin'],
    isthmus: { kind: 'provider', name: 'plain', api: 1 },
    peerDependencies: { '@isthmus/core': '^0.1.0' }
  },
  replies: [
    {
      name: 'a call',
      headers: { 'content-type': 'text/event-stream' },
      body: [
        { type: 'start', id: 'r', model: 'small' },
        {
          type: 'part_start',
          choice: 0,
          index: 0,
          part: { type: 'tool_call', id: 'c', name: 'f', kind: 'function', argsText: '' }
        },
        { type: 'part_delta', choice: 0, index: 0, kind: 'args', text: '{"x":"é"}' },
        { type: 'part_end', choice: 0, index: 0 },
        { type: 'finish', choice: 0, finish: { reason: 'tool_calls', native: 'calls' } }
      ]
        .map(event => `data: ${JSON.stringify(event)}\n\n`)
        .join(''),
      calls: [{ name: 'f', args: '{"x":"é"}', id: 'c' }],
      finish: 'tool_calls'
    }
  ],
  errors: [{ name: 'a refused key', status: 403, body: '{}', kind: 'upstream_denied' }]
}

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

t.test('a provider without a fault passes every case', async t => {
  for (const { name, run } of providerCases(provider(), given)) await t.resolves(async () => run(), name)
})

t.test('a provider that needs no options and has no format passes with what is left', async t => {
  const bare = defineProvider({
    ...SOUND,
    options: Type.Object({}, { additionalProperties: false }),
    setup: () => providerFrom(plainFormat, { baseUrl: 'http://127.0.0.1:9', path: '/g' })
  })
  t.strictSame(await failures(providerCases(bare)), [])
})

let serial = 0
const timers: NodeJS.Timeout[] = []
t.teardown(() => timers.forEach(clearInterval))

const FAULTS: readonly { fault: string; plugin: ReturnType<typeof provider>; found: RegExp }[] = [
  {
    fault: 'an api number the kernel does not know',
    plugin: defineProvider({ ...provider(), api: 99 }),
    found: /frozen and complete/
  },
  {
    fault: 'a thawed descriptor',
    plugin: { ...provider() },
    found: /frozen and complete/
  },
  {
    fault: 'another endpoint without verdicts',
    plugin: provider(() => ({ endpoints: [{ ...endpointFrom(plainFormat, { path: '/g' }), features: {} as never }] })),
    found: /other endpoints: every feature/
  },
  {
    fault: 'another endpoint that is never asked twice alike',
    plugin: provider(() => {
      const endpoint = endpointFrom(plainFormat, { path: () => `/g/${++serial}` })
      return { endpoints: [endpoint] }
    }),
    found: /other endpoints: a small request/
  },
  {
    fault: 'another endpoint that has the key in its requests',
    plugin: provider((_sound, key) => ({ endpoints: [endpointFrom(plainFormat, { path: `/g?key=${key}` })] })),
    found: /secrets stand nowhere/
  },
  {
    fault: 'options that take anything',
    plugin: defineProvider({ ...provider(), options: Type.Object({ ...options.properties }) as typeof options }),
    found: /unknown ones are refused/
  },
  {
    fault: 'an option nobody describes',
    plugin: defineProvider({
      ...provider(),
      options: Type.Object({ apiKey: SecretString() }, { additionalProperties: false })
    }),
    found: /every option says/
  },
  {
    fault: 'a manifest of another name',
    plugin: defineProvider({ ...provider(), name: 'plainer' }),
    found: /the manifest/
  },
  {
    fault: 'a timer left running',
    plugin: provider(() => {
      timers.push(setInterval(() => undefined, 60_000))
      return {}
    }),
    found: /close closes/
  },
  {
    fault: 'a secret on the contribution',
    plugin: provider((_sound, key) => ({ baseUrl: `https://plain.example/${key}` })),
    found: /secrets cannot be read/
  },
  {
    fault: 'a secret in the encoded request',
    plugin: provider((sound, key) => ({
      encode: (request, target) => ({ ...sound.encode(request, target), path: `/generate?key=${key}` })
    })),
    found: /secrets stand nowhere/
  },
  {
    fault: 'a header in capitals',
    plugin: provider(sound => ({
      encode: (request, target) => ({
        ...sound.encode(request, target),
        headers: { 'Content-Type': 'application/json' }
      })
    })),
    found: /described whole/
  },
  {
    fault: 'a request that changes from call to call',
    plugin: provider(sound => ({
      encode: (request, target) => ({ ...sound.encode(request, target), headers: { 'x-serial': String(++serial) } })
    })),
    found: /twice the same/
  },
  {
    fault: 'a turn that is lost',
    plugin: provider(sound => ({
      encode: (request, target) => sound.encode({ ...request, messages: request.messages.slice(0, 1) }, target)
    })),
    found: /a conversation in many scripts is described whole/
  },
  {
    fault: 'a feature that is claimed and not written',
    plugin: provider(sound => ({
      encode: (request, target) => sound.encode({ ...request, output: {} }, target)
    })),
    found: /each feature is treated/
  },
  {
    fault: 'headers of a foreign client sent on',
    plugin: provider(sound => ({
      encode: (request, target) => ({ ...sound.encode(request, target), headers: { ...request.ingress.headers } })
    })),
    found: /do not travel/
  },
  {
    fault: 'an authorize that changes the body',
    plugin: provider(() => ({
      authorize(request) {
        request.body = '{}'
      }
    })),
    found: /authorize leaves/
  },
  {
    fault: 'a reply that is cut short and passes',
    plugin: provider(sound => ({
      decoder(target, head, context) {
        const decoder = sound.decoder(target, head, context)
        return {
          push: chunk => decoder.push(chunk),
          end() {
            const events = decoder.end()
            if (!events.some(event => event.type === 'error')) return events
            return [
              { type: 'finish', choice: 0, finish: { reason: 'stop', native: '' } },
              { type: 'end', meta: undefined }
            ]
          }
        }
      }
    })),
    found: /a call reads well however it is cut|not a crash/
  },
  {
    fault: 'a decodeError that throws on HTML',
    plugin: provider(() => ({ decodeError: (_head, body) => JSON.parse(new TextDecoder().decode(body)) })),
    found: /any status with any bytes/
  },
  {
    fault: 'a refused key told to the client',
    plugin: provider(() => ({ decodeError: () => ({ kind: 'upstream_rejected', message: 'no' }) })),
    found: /a refused key is/
  }
]

for (const { fault, plugin, found } of FAULTS) {
  t.test(`the kit finds ${fault}`, async t => {
    const failed = await failures(providerCases(plugin, given))
    t.ok(
      failed.some(name => found.test(name)),
      `expected ${found} among: ${failed.slice(0, 5).join(' | ')}`
    )
  })
}

t.test('a table that starts from nothing rejects what gives an answer its meaning, and drops the rest', async t => {
  const table = featureTable({ 'output.stop': 'exact' })
  t.equal(table['output.stop'], 'exact')
  t.equal(table['tools.function'], 'rejected')
  t.equal(table['sampling.seed'], 'dropped')
  t.equal(table['reply.reasoning'], 'dropped')
})
