import { featureTable, type IrRequest, type Plugin, type Provider } from '@isthmus/core'
import { fakeHost, requestHead, requestWith, resolveOptions } from '@isthmus/core/testing'
import pino from 'pino'
import t from 'tap'
import { Catalog } from '../../core/src/catalog/index.ts'
import { Registry } from '../../core/src/registry/index.ts'
import { GapRules, plan } from '../../core/src/routing/index.ts'
import { chatCompletions } from '../../plugins/format-chat-completions/src/index.ts'
import { messages } from '../../plugins/format-messages/src/index.ts'
import { responses } from '../../plugins/format-responses/src/index.ts'
import openaiPlugin from '../../plugins/provider-openai/src/index.ts'
import openrouterPlugin from '../../plugins/provider-openrouter/src/index.ts'

/* Which of a provider's endpoints a request goes to: the one that loses least, else the client's own format, else the first. */

const head = requestHead()
const user = [{ role: 'user', content: 'Hi' }]
const chat = (members: object = {}) => chatCompletions.request.decode({ model: 'm', messages: user, ...members }, head)
const claude = (members: object = {}) =>
  messages.request.decode({ model: 'm', max_tokens: 100, messages: user, ...members }, head)
const codex = (members: object = {}) => responses.request.decode({ model: 'm', input: 'Hi', ...members }, head)

async function up(plugin: Plugin<'provider'>, options: Record<string, unknown>): Promise<Provider> {
  return plugin.setup(fakeHost({ id: 'up' }), resolveOptions(plugin.options, { apiKey: 'k', ...options }))
}

/** chosen gives the format of the endpoint that a request goes to, and the features that are lost there. */
function chosen(provider: Provider, model: string, request: IrRequest): string {
  const ways = [provider, ...(provider.endpoints ?? [])]
    .filter(endpoint => endpoint.serves?.(model) ?? true)
    .map(endpoint => ({ endpoint, features: featureTable(endpoint.featuresFor?.(model) ?? endpoint.features) }))
  const [candidate] = plan(request, [{ provider: 'up', model, ways }], new GapRules({}), undefined).candidates
  return [candidate?.endpoint.format, ...(candidate?.gaps.map(({ feature }) => feature) ?? [])].join(' ')
}

function refusal(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

const FUNCTION = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }
const TOOL = { name: 'f', input_schema: { type: 'object', properties: {} } }
const sealed = requestWith({
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
    {
      role: 'assistant',
      parts: [
        {
          type: 'reasoning',
          hidden: true,
          seal: {
            kind: 'encrypted',
            data: 'AA==',
            issuer: { provider: 'up', modelFamily: '', format: 'openai-responses-v1' }
          }
        },
        { type: 'text', text: 'Ho' }
      ]
    },
    { role: 'user', parts: [{ type: 'text', text: 'Hu' }] }
  ],
  ingress: { format: 'messages' }
})

t.test('OpenAI: what only one of its endpoints can say goes there', async t => {
  const openai = await up(openaiPlugin, {})
  const on = (model: string, request: IrRequest) => chosen(openai, model, request)
  t.equal(on('gpt-4o', codex()), 'responses')
  t.equal(on('gpt-4o', claude({ stop_sequences: ['x'] })), 'chat-completions')
  t.equal(on('gpt-4o', requestWith({ sampling: { seed: 1 } })), 'chat-completions')
  t.equal(on('gpt-4o', requestWith({ output: { n: 2 } })), 'chat-completions')
  t.equal(on('gpt-5.2', sealed), 'responses')
  t.equal(on('gpt-5.2', { ...sealed, ingress: { format: 'chat-completions' } }), 'responses')
  t.equal(on('gpt-5.2', codex({ previous_response_id: 'resp_1' })), 'responses')
  const hosted = requestWith({
    tools: [{ type: 'hosted', kind: 'web_search', native: { format: 'responses', object: { type: 'web_search' } } }]
  })
  t.equal(on('gpt-5.2', { ...hosted, ingress: { format: 'chat-completions' } }), 'responses')
})

t.test('OpenAI: where both can say it, a client keeps its own format and others go to Responses', async t => {
  const openai = await up(openaiPlugin, {})
  for (const model of ['gpt-4o', 'gpt-5.2', 'o4-mini', 'gpt-5.6']) {
    t.equal(chosen(openai, model, chat({ max_tokens: 5 })), 'chat-completions', model)
    t.equal(chosen(openai, model, claude()), 'responses', model)
    t.equal(chosen(openai, model, codex()), 'responses', model)
  }
  t.equal(chosen(openai, 'gpt-5.2', chat({ tools: [FUNCTION], reasoning_effort: 'high' })), 'chat-completions')
  t.equal(chosen(openai, 'gpt-5.2', claude({ tools: [TOOL] })), 'responses')
})

t.test('OpenAI: a model that refuses tools together with reasoning gets them on Responses', async t => {
  const openai = await up(openaiPlugin, {})
  t.equal(chosen(openai, 'gpt-5.6', chat({ tools: [FUNCTION] })), 'responses')
  const stopped = chat({ tools: [FUNCTION], stop: ['x'] })
  t.equal(chosen(openai, 'gpt-5.6', stopped), 'chat-completions tools.function')
})

t.test('OpenAI: what no endpoint of a model can say is refused with what it lacks', async t => {
  const openai = await up(openaiPlugin, {})
  t.throws(() => chosen(openai, 'gpt-5-pro', claude({ stop_sequences: ['x'] })), /output\.stop/)
  t.throws(() => chosen(openai, 'gpt-5.2', codex({ background: true })), /state\.background/)
  t.throws(() => chosen(openai, 'text-embedding-3-small', chat()), /conversations/)
})

t.test('another server is asked on Chat first, in a client’s own format where it has it', async t => {
  const baseUrl = 'http://127.0.0.1:9/v1'
  const local = await up(openaiPlugin, { baseUrl })
  t.match(chosen(local, 'qwen3', codex()), /^chat-completions/)
  const both = await up(openaiPlugin, { baseUrl, responses: true })
  t.equal(chosen(both, 'qwen3', codex()), 'responses')
  t.equal(chosen(both, 'qwen3', claude()), 'chat-completions')
})

t.test('OpenRouter is asked on Chat, and on Responses by its clients', async t => {
  const openrouter = await up(openrouterPlugin, {})
  const on = (request: IrRequest, model = 'anthropic/claude-haiku-4.5') => chosen(openrouter, model, request)
  t.equal(on(chat()), 'chat-completions')
  t.equal(on(claude()), 'chat-completions')
  t.equal(on(codex()), 'responses')
  t.throws(() => on(codex({ previous_response_id: 'resp_1' })), /state\.previous/)
  const complete = { op: 'complete', model: '', prompts: ['Once'], sampling: {}, output: {} } as const
  t.equal(on({ ...complete, reply: { stream: false }, ingress: { format: 'completions' } }), 'completions')
  t.match(
    refusal(() => on(chat(), 'openai/text-embedding-3-small')),
    {
      clientCode: 'unsupported_operation',
      statusCode: 400
    }
  )
})

t.test('the routers of OpenRouter are found where only listed models are, with and without their prefix', async t => {
  for (const id of ['openrouter/auto', 'openrouter/openrouter/auto']) {
    const registry = new Registry()
    const contribution = await up(openrouterPlugin, { models: ['openrouter/auto'] })
    registry.add({ kind: 'provider', id: 'openrouter', plugin: 'openrouter', version: '1.0.0', contribution })
    const models = { strict: true, aliases: {}, fallbacks: {}, facts: {}, channels: {}, forbid: [], refreshMs: 0 }
    const catalog = new Catalog(registry, models, pino({ enabled: false }))
    const [offer] = catalog.resolve(id).offers
    const upstream = offer?.ways[0]?.endpoint.encode(chat(), offer)
    t.match(JSON.parse(upstream?.body as string), { model: 'openrouter/auto' }, id)
  }
})
