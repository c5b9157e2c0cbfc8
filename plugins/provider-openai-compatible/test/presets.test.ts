import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type EventBatch, featuresOf, fold, type IrResponse, type Provider } from '@isthmus/core'
import { fakeHost, requestHead, resolveOptions } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t, { type Test } from 'tap'
import compatible from '../src/index.ts'
import { PRESETS, type PresetName } from '../src/presets.ts'
import { QUIRKS } from '../src/quirks.ts'

const NAMES = Object.keys(PRESETS) as PresetName[]

async function up(preset: PresetName): Promise<Provider> {
  const options = { preset, apiKey: 'the-key', ...(preset === 'azure' && { baseUrl: 'https://res.openai.azure.com' }) }
  return compatible.setup(fakeHost({ id: preset }), resolveOptions(compatible.options, options))
}
const decode = (body: unknown) => chatCompletions.request.decode(body, requestHead())
const bytes = (body: unknown) => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

function read(provider: Provider, preset: string, body: unknown): EventBatch {
  const type = typeof body === 'string' ? 'text/event-stream' : 'application/json'
  const head = { status: 200, headers: { 'content-type': type } }
  const decoder = provider.decoder({ provider: preset, model: 'm' }, head, undefined)
  return [...decoder.push(bytes(body)), ...decoder.end()]
}

/** said are the texts of a reply, and the names of its calls. */
function said(reply: IrResponse): Record<string, string> {
  const found: Record<string, string> = {}
  for (const part of reply.choices[0]?.parts ?? []) {
    if (part.type === 'text' || part.type === 'reasoning')
      found[part.type] = (found[part.type] ?? '') + (part.text ?? '')
    if (part.type === 'tool_call') found.call = `${part.name} ${part.argsText}`
  }
  return found
}

const tool = { type: 'function', function: { name: 'get_tide', parameters: { type: 'object', properties: {} } } }
const call = { id: 'call_1', type: 'function', function: { name: 'get_tide', arguments: '{}' } }
/** A second turn after a call of a tool, as an agent sends it. */
const loop = {
  model: 'm',
  messages: [
    { role: 'developer', content: 'Be brief' },
    { role: 'user', content: 'How is the tide?' },
    { role: 'assistant', content: null, reasoning_content: 'Look it up.', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'High.' }
  ],
  tools: [tool],
  max_tokens: 100
}

/** What each server gets of that beside what all of them get. */
const SENT: Record<PresetName, object> = {
  azure: { max_tokens: 100 },
  mistral: {
    messages: [
      {},
      {},
      { content: [{ type: 'thinking', thinking: [{ text: 'Look it up.' }] }] },
      { tool_call_id: /^[a-z0-9]{9}$/ }
    ],
    max_tokens: 100
  },
  deepseek: { messages: [{}, {}, { reasoning_content: 'Look it up.' }], max_tokens: 100 },
  xai: { max_completion_tokens: 100 },
  groq: { messages: [{}, {}, { reasoning: 'Look it up.' }], max_completion_tokens: 100 },
  cerebras: { messages: [{}, {}, { reasoning: 'Look it up.' }], max_completion_tokens: 100 },
  together: { max_tokens: 100 },
  fireworks: { messages: [{}, {}, { reasoning_content: 'Look it up.' }], max_tokens: 100 },
  perplexity: { max_tokens: 100 },
  moonshot: { messages: [{}, {}, { reasoning_content: 'Look it up.' }], max_tokens: 100 },
  zai: { messages: [{}, {}, { reasoning_content: 'Look it up.' }], max_tokens: 100 },
  qwen: { messages: [{}, {}, { reasoning_content: 'Look it up.' }], max_tokens: 100 },
  huggingface: { max_tokens: 100 },
  nvidia: { max_tokens: 100 },
  ollama: { messages: [{}, {}, { reasoning: 'Look it up.' }], max_tokens: 100 },
  vllm: { messages: [{}, {}, { reasoning: 'Look it up.' }], max_tokens: 100 },
  'lm-studio': { max_tokens: 100 },
  'llama-cpp': { messages: [{}, {}, { reasoning_content: 'Look it up.' }], max_tokens: 100 }
}

for (const preset of NAMES) {
  t.test(`${preset}: the second turn of an agent is sent as the server wants it`, async t => {
    const provider = await up(preset)
    const request = provider.encode(decode(loop), { provider: preset, model: 'm' })
    const body = JSON.parse(request.body as string)
    t.match(body, {
      model: 'm',
      messages: [{ role: 'system' }, { role: 'user' }, { role: 'assistant' }, { role: 'tool' }]
    })
    t.match(body, SENT[preset])
    t.equal(body.messages[3].tool_call_id, body.messages[2].tool_calls[0].id, 'the result finds its call')
    t.same(request.gaps, [])
  })
}

const sse = (...chunks: unknown[]) =>
  `${chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
const chunk = (delta: object, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null, ...more }]
})
const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 }

/** Replies in the ways in which servers differ; where a vendor's own were recorded, those are read further down. */
const REPLIES: readonly (readonly [PresetName, string, unknown, Record<string, string>])[] = [
  [
    'fireworks',
    'reasoning_content, and usage in the last chunk',
    sse(chunk({ role: 'assistant', reasoning_content: 'Hm.' }), chunk({ content: 'High.' }), {
      ...chunk({}, { finish_reason: 'stop' }),
      usage
    }),
    { reasoning: 'Hm.', text: 'High.' }
  ],
  [
    'moonshot',
    'usage inside the choice',
    sse(chunk({ role: 'assistant', content: 'High.' }), chunk({}, { finish_reason: 'stop', usage })),
    { text: 'High.' }
  ],
  [
    'nvidia',
    'a call whose deltas have no index',
    sse(
      chunk({
        role: 'assistant',
        tool_calls: [{ id: 'x1', type: 'function', function: { name: 'get_tide', arguments: '{' } }]
      }),
      chunk({ tool_calls: [{ function: { arguments: '}' } }] }),
      { ...chunk({}, { finish_reason: 'tool_calls' }), usage }
    ),
    { call: 'get_tide {}' }
  ],
  [
    'vllm',
    'reasoning, and a finish without [DONE]',
    sse(chunk({ role: 'assistant', reasoning: 'Hm.' }), {
      ...chunk({ content: 'High.' }, { finish_reason: 'stop' }),
      usage
    }).replace('data: [DONE]\n\n', ''),
    { reasoning: 'Hm.', text: 'High.' }
  ],
  [
    'lm-studio',
    'stop as the reason of a call, with arguments as an object',
    {
      id: 'c1',
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: '',
            tool_calls: [{ ...call, function: { name: 'get_tide', arguments: {} } }]
          },
          finish_reason: 'stop'
        }
      ],
      usage
    },
    { call: 'get_tide {}' }
  ],
  [
    'llama-cpp',
    'members of its own, reasoning_content and usage without choices',
    sse(
      chunk({ role: 'assistant', content: null }),
      chunk({ reasoning_content: 'Hm.' }),
      chunk({ content: 'High.' }),
      chunk({}, { finish_reason: 'stop' }),
      { id: 'c1', model: 'm', choices: [], usage, timings: { predicted_n: 7 } }
    ),
    { reasoning: 'Hm.', text: 'High.' }
  ]
]

for (const [preset, what, body, expected] of REPLIES) {
  t.test(`${preset}: a reply is read with ${what}`, async t => {
    const reply = fold(read(await up(preset), preset, body))
    t.match(said(reply), expected)
    t.equal(reply.usage?.output.total, 7)
    t.equal(reply.choices[0]?.finish.reason, expected.call === undefined ? 'stop' : 'tool_calls')
  })
}

interface Recording {
  readonly id: string
  readonly provider: string
  readonly model: string | null
  readonly request: { readonly body: Record<string, unknown> | null } | null
  readonly response: { readonly status: number; readonly body: unknown }
}

const FOLDER = new URL('../../../../shared/recordings/chat/', import.meta.url)
const RECORDED: Readonly<Record<string, PresetName>> = { alibaba: 'qwen' }
/** Recorded replies that are errors inside a status of success. */
const FAILED = new Set(['groq-chat-05609382e7'])
/** Servers take these and do nothing with them; their documentation does not list them. */
const IGNORED = new Set(['deepseek sampling.seed', 'ollama tools.choice.one', 'ollama tools.parallel.off'])
/** The word that this server alone has for it is still sent, for reasoning is off. */
const SENT_ALL_THE_SAME = new Set(['groq reasoning.effort'])

function recordings(preset: PresetName): Recording[] {
  if (!existsSync(FOLDER)) return []
  return readdirSync(FOLDER)
    .map(name => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recording)
    .filter(({ provider }) => (RECORDED[provider] ?? provider) === preset)
}

for (const preset of NAMES) {
  t.test(`${preset}: what a server was recorded to take and to answer goes through`, async t => {
    const all = recordings(preset)
    if (all.length === 0) t.pass('there are no recordings of it beside this repository; nothing was compared')
    const provider = await up(preset)
    for (const { id, model, request, response } of all) {
      const { status, body } = response
      if (status === 200) {
        const error = read(provider, preset, body).find(event => event.type === 'error')
        t.equal(error !== undefined, FAILED.has(id), `${id}: ${error?.error.message ?? 'is read'}`)
        checkTaken(t, id, preset, provider, model ?? 'm', request?.body)
      } else {
        const error = provider.decodeError({ status, headers: {} }, bytes(body))
        t.not(error.kind, 'upstream_unavailable', id)
        t.ok(error.message.length > 10, id)
      }
    }
  })
}

/** checkTaken: nothing that a server answered is declared to be refused by it, and all of it is sent. */
function checkTaken(t: Test, id: string, preset: PresetName, provider: Provider, model: string, body: unknown): void {
  // Some clients name the deployment in the path only.
  if (typeof body !== 'object' || body === null || !('messages' in body)) return
  const request = decode({ model, ...body })
  const table = provider.featuresFor!(model)
  const lacking = [...featuresOf(request)].filter(
    feature => table[feature] === 'rejected' || table[feature] === 'dropped'
  )
  const unexplained = lacking.filter(
    feature => !IGNORED.has(`${preset} ${feature}`) && !SENT_ALL_THE_SAME.has(`${preset} ${feature}`)
  )
  t.same(unexplained, [], `${model} took all features`)
  if (lacking.length > 0) return
  const { gaps, body: sent } = provider.encode(request, { provider: preset, model })
  t.same(gaps, [])
  t.equal(JSON.parse(sent as string).messages.length, (body as { messages: unknown[] }).messages.length, id)
}

t.test('the README names every preset and every quirk', async t => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const [name, { title }] of Object.entries(PRESETS)) t.ok(readme.includes(`| \`${name}\` | ${title} |`), name)
  for (const [name, { about }] of Object.entries(QUIRKS)) t.ok(readme.includes(`| \`${name}\` | ${about} |`), name)
})

t.test('catalogue data is found by the service of a preset; a server that people run themselves has none', async t => {
  const local: readonly string[] = ['ollama', 'vllm', 'lm-studio', 'llama-cpp']
  for (const name of NAMES) {
    const { models } = await up(name)
    t.equal(models?.service, local.includes(name) ? undefined : name, name)
  }
})
