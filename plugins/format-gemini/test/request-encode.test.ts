import { isGatewayError, type Part } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import { encodeRequest } from '../src/request-encode.ts'
import { thoughtSeal } from '../src/types.ts'
import {
  assistant,
  back,
  call,
  contentsOf,
  decode,
  encode,
  gapsOf,
  head,
  result,
  system,
  text,
  tool,
  user
} from './support/requests.ts'

const refusal = (run: () => unknown): string | undefined => {
  try {
    run()
  } catch (thrown) {
    return isGatewayError(thrown) ? thrown.kind : String(thrown)
  }
  return undefined
}
t.test('results stand first, in the order of their calls, and what came between follows them', async t => {
  const contents = contentsOf([
    user(text('go')),
    assistant(call('a', '{"n":1}'), call('b')),
    system('be brief'),
    tool(result('b', 'B')),
    user(text('meanwhile')),
    tool(result('a', 'A'))
  ])
  t.same(contents, [
    { role: 'user', parts: [{ text: 'go' }] },
    {
      role: 'model',
      parts: [
        { functionCall: { id: 'a', name: 'f', args: { n: 1 } } },
        { functionCall: { id: 'b', name: 'f', args: {} } }
      ]
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'a', name: 'f', response: { output: 'A' } } },
        { functionResponse: { id: 'b', name: 'f', response: { output: 'B' } } },
        { text: '<system>\nbe brief\n</system>' },
        { text: 'meanwhile' }
      ]
    }
  ])
})

t.test('a result that came after a later turn is sent right behind its call', async t => {
  const encoded = encode({
    messages: [user(text('go')), assistant(call('a')), assistant(text('wait')), user(text('yes')), tool(result('a'))]
  })
  t.match(encoded.body.contents, [
    { role: 'user' },
    { role: 'model', parts: [{ functionCall: { id: 'a' } }] },
    { role: 'user', parts: [{ functionResponse: { id: 'a' } }] },
    { role: 'model', parts: [{ text: 'wait' }] },
    { role: 'user', parts: [{ text: 'yes' }] }
  ])
  t.same(gapsOf(encoded), ['tools.function converted'])
})

t.test('ids go only to models that issue them', async t => {
  const messages = [user(text('go')), assistant(call('a')), tool(result('a'))]
  t.same(contentsOf(messages, { callIds: false }).slice(1), [
    { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'ok' } } }] }
  ])
})

t.test('neighbours are merged, blank text is left out, and a turn of the user comes first', async t => {
  const encoded = encode({
    messages: [
      system('one'),
      system('two'),
      assistant(text('Hi')),
      assistant(text(' '), text('again')),
      user(text('x')),
      user(text('y'))
    ]
  })
  t.same(encoded.body.systemInstruction, { parts: [{ text: 'one' }, { text: 'two' }] })
  t.same(encoded.body.contents, [
    { role: 'user', parts: [{ text: '.' }] },
    { role: 'model', parts: [{ text: 'Hi' }, { text: 'again' }] },
    { role: 'user', parts: [{ text: 'x' }, { text: 'y' }] }
  ])
  t.same(gapsOf(encoded), ['input.system emulated'])
  t.same(contentsOf([system('alone')]), [{ role: 'user', parts: [{ text: 'alone' }] }])
  t.same(contentsOf([system('be brief'), user(text('x'))], { systemInstruction: false }), [
    { role: 'user', parts: [{ text: 'be brief' }, { text: 'x' }] }
  ])
})

t.test('a result without its call is kept as text that names it', async t => {
  const encoded = encode({ messages: [user(text('go')), tool(result('lost', 'found'))] })
  t.match(encoded.body.contents, [
    {
      parts: [
        { text: 'go' },
        { text: '[Result of the call lost, which is not in this conversation]' },
        { text: 'found' }
      ]
    }
  ])
  t.same(gapsOf(encoded), ['tools.function emulated'])
})

t.test('an error, an empty result and media have their places', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } }
  const messages = [
    user(text('go')),
    assistant(call('a'), call('b')),
    tool(
      { type: 'tool_result', callId: 'a', content: [text('no'), image], isError: true },
      { type: 'tool_result', callId: 'b', content: [] }
    )
  ]
  const inlineData = { mimeType: 'image/png', data: 'AAAA' }
  t.same(contentsOf(messages)[2]?.parts, [
    { functionResponse: { id: 'a', name: 'f', response: { error: 'no' }, parts: [{ inlineData }] } },
    { functionResponse: { id: 'b', name: 'f', response: { output: '' } } }
  ])
  t.same(contentsOf(messages, { resultParts: false })[2]?.parts, [
    { functionResponse: { id: 'a', name: 'f', response: { error: 'no' } } },
    { functionResponse: { id: 'b', name: 'f', response: { output: '' } } },
    { text: '[Attachment of the result of f]' },
    { inlineData }
  ])
})

t.test('arguments that are no object are wrapped, and free text becomes one', async t => {
  const encoded = encode({
    messages: [
      user(text('go')),
      assistant(call('a', '{"n":'), call('b', '[1]'), call('c', ''), { ...call('d', 'raw'), kind: 'custom' } as Part)
    ]
  })
  const [, answer] = encoded.body.contents as JsonObject[]
  t.match(answer?.parts, [
    { functionCall: { args: { _raw: '{"n":' } } },
    { functionCall: { args: { input: [1] } } },
    { functionCall: { args: {} } },
    { functionCall: { args: { input: 'raw' } } }
  ])
  t.same(gapsOf(encoded), ['tools.function converted', 'tools.function converted'])
})

const FOREIGN = {
  kind: 'signature',
  data: 'x',
  issuer: { provider: 'a', modelFamily: 'claude', format: 'anthropic-claude-v1' }
} as const

t.test('only seals of this service are sent, on the part that had them', async t => {
  const messages = [
    user(text('go')),
    assistant(
      { type: 'reasoning', text: 'mine', hidden: false, seal: thoughtSeal('bWluZQ==') },
      { type: 'reasoning', text: 'theirs', hidden: false, seal: FOREIGN },
      { type: 'reasoning', text: 'nobody', hidden: false },
      { type: 'text', text: 'hi', seal: thoughtSeal('Y3V0') },
      { ...call('a'), seal: FOREIGN } as Part
    ),
    tool(result('a'))
  ]
  const encoded = encode({ messages })
  t.same((encoded.body.contents as JsonObject[])[1]?.parts, [
    { text: 'mine', thought: true, thoughtSignature: 'bWluZQ==' },
    { text: 'hi', thoughtSignature: 'Y3V0' },
    { functionCall: { id: 'a', name: 'f', args: {} } }
  ])
  t.same(gapsOf(encoded), ['input.reasoning dropped', 'input.reasoning dropped', 'input.reasoning dropped'])
  const damaged = encode({
    messages: [user(text('go')), assistant({ type: 'text', text: 'hi', seal: thoughtSeal('not base64…') })]
  })
  t.same(gapsOf(damaged), ['input.reasoning dropped'])
})

t.test('the first call of each step is signed by the stand-in where its signature is not known', async t => {
  const steps = [
    user(text('go')),
    assistant(call('a'), call('b')),
    tool(result('a'), result('b')),
    assistant({ ...call('c'), seal: thoughtSeal('b3du') } as Part, call('d')),
    tool(result('c'), result('d'))
  ]
  const signatures = (contents: readonly JsonObject[]) =>
    contents.flatMap(({ role, parts }) =>
      role === 'model' ? [(parts as JsonObject[]).map(part => part.thoughtSignature)] : []
    )
  t.same(signatures(contentsOf(steps, { placeholderSignature: true })), [
    ['skip_thought_signature_validator', undefined],
    ['b3du', undefined]
  ])
  t.same(signatures(contentsOf(steps)), [
    [undefined, undefined],
    ['b3du', undefined]
  ])
})

t.test('media by address needs a type, a reader, and an issuer that is known', async t => {
  const image = (url: string): Part => ({ type: 'image', source: { kind: 'url', url } })
  const encoded = encode({ messages: [user(image('https://images.example/boat.webp?x=1'))] })
  t.match(encoded.body.contents, [
    { parts: [{ fileData: { mimeType: 'image/webp', fileUri: 'https://images.example/boat.webp?x=1' } }] }
  ])
  t.same(gapsOf(encoded), ['input.image.url converted'])
  t.equal(
    refusal(() => contentsOf([user(image('https://images.example/a.png'))], { urlFiles: false })),
    'unsupported'
  )
  const file = (provider: string): Part => ({ type: 'file', source: { kind: 'file_ref', provider, id: 'x' } })
  t.equal(
    refusal(() => contentsOf([user(file('messages'))])),
    'unsupported'
  )
  t.match(contentsOf([user(file('here'))], { fileIssuers: ['here'] }), [{ parts: [{ fileData: { fileUri: 'x' } }] }])
})

t.test('what the format has no part for becomes text, or is refused', async t => {
  const contents = contentsOf([
    user({ type: 'file', title: 'Tides', source: { kind: 'text', text: 'High at six.' } }),
    assistant(
      { type: 'refusal', text: 'No.' },
      {
        type: 'hosted_call',
        kind: 'web_search',
        id: 'h',
        input: { q: 'x' },
        native: { format: 'messages', object: {} }
      }
    )
  ])
  t.same(contents, [
    { role: 'user', parts: [{ text: 'Tides' }, { text: 'High at six.' }] },
    { role: 'model', parts: [{ text: 'No.' }, { text: '[web_search call: {"q":"x"}]' }] }
  ])
  const opaque: Part = { type: 'opaque', native: { format: 'messages', object: {} }, replay: 'same_dialect' }
  t.equal(
    refusal(() => contentsOf([user(opaque)])),
    'unsupported'
  )
})

t.test('what was replaced on the way is not written back as the client wrote it', async t => {
  const request = decode({
    contents: [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { secret: 1 } } }] }
    ],
    tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT', description: 'secret' } }] }]
  })
  const masked = {
    ...request,
    tools: request.tools.map(one => (one.type === 'function' ? { ...one, schema: { type: 'object' } } : one)),
    messages: request.messages.map(message => ({
      ...message,
      parts: message.parts.map(part => (part.type === 'tool_result' ? { ...part, content: [text('masked')] } : part))
    }))
  }
  const { body } = encodeRequest(masked, { provider: 'p', model: 'm' })
  t.notMatch(JSON.stringify(body), 'secret')
  t.match(body, {
    contents: [{}, {}, { parts: [{ functionResponse: { name: 'f', response: { output: 'masked' } } }] }],
    tools: [{ functionDeclarations: [{ parametersJsonSchema: { type: 'object' } }] }]
  })
})

t.test('a client of this format is taken at its word, but for what the model would refuse', async t => {
  const contents = [
    { role: 'model', parts: [{ text: 'first' }] },
    { role: 'user', parts: [{ functionResponse: { id: 'x', name: 'f', response: { deep: [1] } } }, { text: '' }] },
    { role: 'model', parts: [{ functionCall: { id: 'c', name: 'f', args: {} } }] }
  ]
  t.same(back({ contents }).contents, contents)
  t.match(back({ contents }, { callIds: false, placeholderSignature: true }).contents, [
    {},
    { parts: [{ functionResponse: { id: undefined, name: 'f' } }, {}] },
    { parts: [{ functionCall: { id: undefined }, thoughtSignature: 'skip_thought_signature_validator' }] }
  ])
})

t.test('members of other formats are reported, and the spelling of one is no member', async t => {
  const encoded = encode({ ext: { messages: { thread: 1 }, 'chat-completions/spelling': { as: 'part' } } })
  t.match(encoded.gaps, [{ feature: 'ext', action: 'dropped', field: 'thread' }])
  t.equal(encoded.gaps.length, 1)
  const inside = encode({
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'x' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'a', name: 'f', kind: 'function', argsText: '{}' }] },
      {
        role: 'tool',
        parts: [
          { type: 'tool_result', callId: 'a', content: [{ type: 'text', text: 'y', ext: { messages: { note: 1 } } }] }
        ]
      }
    ]
  })
  t.match(inside.gaps, [{ feature: 'ext', action: 'dropped', field: 'note' }])
  t.same(gapsOf(encode({ safety: { moderation: 1 }, serviceTier: 'scale' })), [
    'safety dropped',
    'service.tier dropped'
  ])
  t.equal(
    refusal(() => encode({ cache: { handle: { kind: 'other', id: 'x' } } })),
    'unsupported'
  )
  const tier = decodeRequest({ contents: [{ parts: [{ text: 'x' }] }], serviceTier: 'standard' }, head())
  t.equal(tier.serviceTier, 'default')
  t.equal(encode({ serviceTier: 'default' }).body.serviceTier, 'standard')
})

t.test('what the service ran is found by its proto names too', async t => {
  const ran = [
    { executable_code: { language: 'PYTHON', code: '1' } },
    { tool_call: { id: 'a', tool_type: 'GOOGLE_SEARCH_WEB', args: { queries: ['sea'] } } },
    { tool_response: { id: 'a', tool_type: 'GOOGLE_SEARCH_WEB', response: {} } }
  ]
  const body = { contents: [{ parts: [{ text: 'x' }] }, { role: 'model', parts: ran }] }
  t.match(decodeRequest(body, head()).messages[1]?.parts, [
    { type: 'hosted_call', kind: 'code' },
    { type: 'hosted_call', kind: 'web_search', id: 'a', input: { queries: ['sea'] } },
    { type: 'hosted_result', kind: 'web_search', id: 'a' }
  ])
})
