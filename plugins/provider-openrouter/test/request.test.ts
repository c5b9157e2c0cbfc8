import { requestWith } from '@isthmus/core/testing'
import t from 'tap'
import { PARAMS } from '../src/params.ts'
import { encode, named, sent, settings, table, up } from './support/send.ts'

t.test('an effort with a budget becomes the effort alone', async t => {
  const result = await sent({ reasoning: { effort: 'high', max_tokens: 10_000 } })
  t.same(settings(result), { reasoning_effort: 'high' })
  t.same(named(result), ['reasoning.budget dropped'])
})

t.test('reasoning is asked for in one spelling, whichever the client used', async t => {
  const effort = async (members: object) => settings(await sent(members))
  t.same(await effort({ reasoning_effort: 'xhigh' }), { reasoning_effort: 'xhigh' }, 'the service fits it to the model')
  t.same(await effort({ reasoning_effort: 'low', reasoning: { effort: 'low' } }), { reasoning_effort: 'low' })
  t.same(await effort({ reasoning: { enabled: true } }), { reasoning_effort: 'medium' })
  t.same(await effort({ reasoning: { effort: 'none' } }), { reasoning_effort: 'none' })
  t.same(await effort({ reasoning: { effort: 'low', exclude: true } }), {
    reasoning_effort: 'low',
    include_reasoning: false
  })
  t.same(await effort({ reasoning: {} }), {})
  const plainOn = await sent({ reasoning: { effort: 'low', enabled: true } })
  t.same([settings(plainOn), named(plainOn)], [{ reasoning_effort: 'low' }, []], 'the effort says it')
  const odd = await sent({ reasoning: { effort: 'low', odd: 1 } })
  t.same([settings(odd), named(odd)], [{ reasoning_effort: 'low' }, ['ext dropped']])
  const budget = await sent({ reasoning: { max_tokens: 16_000 } })
  t.same([settings(budget), named(budget)], [{ reasoning_effort: 'medium' }, ['reasoning.budget converted']])

  const object = async (members: object) => settings(await sent(members, { reasoningStyle: 'object' }))
  t.same(await object({ reasoning: { max_tokens: 9000 } }), { reasoning: { max_tokens: 9000 } })
  t.same(await object({ reasoning: { effort: 'high', max_tokens: 9000 } }), { reasoning: { effort: 'high' } })
  t.same(await object({ reasoning_effort: 'high' }), { reasoning: { effort: 'high' } })
  t.same(await object({ reasoning_effort: 'low', reasoning: { effort: 'low' } }), { reasoning: { effort: 'low' } })
  t.same(await object({ reasoning: { enabled: true, exclude: true } }), { reasoning: { enabled: true, exclude: true } })
})

const mark = { type: 'ephemeral' }
const marked = {
  cache_control: mark,
  messages: [
    { role: 'system', content: 'Be brief', cache_control: mark },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } },
        {
          type: 'image_url',
          image_url: { url: 'https://x.example/a.png' },
          prompt_cache_breakpoint: { mode: 'explicit' }
        },
        { type: 'text', text: 'odd', cache_control: { type: 'other' } }
      ]
    },
    { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'done', cache_control: mark }] }
  ],
  tools: [{ type: 'function', function: { name: 'f' }, cache_control: { ...mark, scope: 'odd' } }]
}
const marksIn = (value: unknown) =>
  JSON.stringify(value).match(/"(cache_control|prompt_cache_breakpoint)"/g)?.length ?? 0

t.test('no cache mark is left anywhere, and all of them survive where they are forwarded', async t => {
  const stripped = await sent(marked)
  t.equal(marksIn(stripped.body), 0)
  t.match(named(stripped), ['cache.mark dropped', 'tools.cache dropped'], 'those that only the encoder could see')
  t.match(await table(), { 'cache.mark': 'dropped', 'tools.cache': 'dropped', 'cache.auto': 'dropped' })

  const forwarded = await sent(marked, { cacheControl: 'forward' }, 'deepseek/deepseek-r1')
  t.equal(marksIn(forwarded.body), marksIn(marked))
  t.same(named(forwarded), [])
  t.match(forwarded.body, {
    messages: [
      { content: [{ type: 'text', text: 'Be brief', cache_control: mark }], cache_control: undefined },
      { content: [{ cache_control: { ttl: '1h' } }, { cache_control: mark }, {}] },
      {},
      { content: [{ cache_control: mark }] }
    ],
    tools: [{ cache_control: { scope: 'odd' } }]
  })
  t.match(await table({ cacheControl: 'forward' }), {
    'cache.mark': 'exact',
    'tools.cache': 'exact',
    'cache.auto': 'exact'
  })
})

t.test('marks may go to the vendors alone whose models use them', async t => {
  const auto = { cacheControl: 'auto' }
  t.equal(marksIn((await sent(marked, auto)).body), marksIn(marked))
  t.equal(marksIn((await sent(marked, auto, 'openai/gpt-5-mini')).body), 0)
  t.equal(marksIn((await sent(marked, auto, 'openrouter/auto')).body), 0)
  t.equal((await table(auto, 'google/gemini-2.5-flash'))['cache.auto'], 'dropped')
  t.equal((await table(auto, 'google/gemini-2.5-flash'))['cache.mark'], 'exact')
})

const params = {
  prompt_cache_key: 'k',
  verbosity: 'low',
  store: true,
  service_tier: 'flex',
  prompt_cache_retention: '24h',
  prompt_cache_options: { mode: 'explicit', odd: 1 },
  web_search_options: { search_context_size: 'low' },
  safety_identifier: 's1',
  moderation: { model: 'm' }
}

t.test('members that mean something on one upstream only are left out, and the table says so', async t => {
  const { body } = await sent(params)
  for (const name of Object.keys(PARAMS)) t.notOk(name in body, name)
  t.equal(body.user, 's1', 'a safety identifier goes where the user would')
  t.match(await table(), {
    'cache.key': 'dropped',
    'output.verbosity': 'dropped',
    'state.store': 'dropped',
    'service.tier': 'dropped',
    'cache.options': 'dropped',
    safety: 'dropped',
    'hosted.options': 'converted',
    'identity.safety': 'converted'
  })
})

t.test('each of those members can be forwarded by itself', async t => {
  for (const [name, feature] of Object.entries(PARAMS)) {
    const options = { forwardParams: [name] }
    const { body } = await sent(params, options)
    t.same(
      Object.keys(body).filter(key => key in PARAMS),
      [name]
    )
    t.equal((await table(options))[feature], 'exact')
  }
  const split = await sent(params, { forwardParams: ['prompt_cache_retention'] })
  t.ok(named(split).includes('cache.options dropped'), 'the other half of the feature is reported')
})

t.test('a safety identifier that finds its place taken is reported', async t => {
  const result = await sent({ safety_identifier: 's1', user: 'u1' })
  t.same([result.body.user, named(result)], ['u1', ['identity.safety dropped']])
})

t.test('a user of 64 characters is sent, and of 65 what the config says', async t => {
  const fits = '🦑'.repeat(64)
  t.same(settings(await sent({ user: fits })), { user: fits }, 'characters are code points')
  const long = `${fits}x`
  const dropped = await sent({ user: long })
  t.same([settings(dropped), named(dropped)], [{}, ['identity.user dropped']])
  t.notMatch(JSON.stringify(dropped.gaps), /🦑/)
  const hashed = await sent({ user: long }, { userOverflow: 'hash' })
  t.match(hashed.body.user, /^[0-9a-f]{64}$/)
  t.same(named(hashed), ['identity.user converted'])
  t.same(settings(await sent({ user: long }, { userOverflow: 'forward' })), { user: long })
})

t.test('what the endpoint has no member for is refused', async t => {
  t.match(await table(), { 'output.n': 'rejected', 'output.audio': 'rejected', 'input.audio.ref': 'rejected' })
  t.notOk('n' in (await sent({ n: 1 })).body, 'one answer is what there is anyway')
})

t.test('the limit has its newer name, and is raised where its upstream refuses less', async t => {
  t.same(settings(await sent({ max_tokens: 5 })), { max_completion_tokens: 5 })
  const raised = await sent({ max_tokens: 5 }, {}, 'openai/gpt-5-mini')
  t.same([settings(raised), named(raised)], [{ max_completion_tokens: 16 }, ['output.max_tokens converted']])
})

t.test('tools: any is required, one vendor’s members are left out, and results keep their images', async t => {
  const image = { type: 'image_url', image_url: { url: 'https://x.example/a.png' } }
  const result = await sent({
    messages: [
      { role: 'developer', content: 'Be brief' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }]
      },
      { role: 'tool', tool_call_id: 'c1', content: [image] }
    ],
    tools: [
      { type: 'function', function: { name: 'f', strict: true, input_examples: [] }, defer_loading: true },
      { type: 'openrouter:web_search', defer_loading: true }
    ],
    tool_choice: 'any'
  })
  t.match(result.body, {
    tool_choice: 'required',
    messages: [
      { role: 'system' },
      { content: null, tool_calls: [{ function: { arguments: '{}' } }] },
      { content: [image] }
    ]
  })
  t.same(result.body.tools, [
    { type: 'function', function: { name: 'f', strict: true } },
    { type: 'openrouter:web_search', defer_loading: true }
  ])
  t.same(named(result), ['tools.extras dropped'])
  t.equal((await table())['tools.result.media'], 'exact')
})

t.test('a client of another format gets its images into results too, and its hosted tools are refused', async t => {
  const provider = await up()
  const native = { format: 'messages', object: { type: 'code_execution_20250825' } }
  const request = requestWith({ tools: [{ type: 'hosted', kind: 'code', native }] })
  t.throws(() => encode(provider, request), /hosted tool/)
})

t.test('what the service added to the format goes through as it is', async t => {
  const own = {
    models: ['x-ai/grok-4'],
    provider: { only: ['xai'] },
    plugins: [{ id: 'web' }],
    transforms: ['middle-out'],
    usage: { include: true },
    session_id: 's1',
    top_k: 3,
    min_p: 0.1,
    top_a: 0.2,
    repetition_penalty: 1.1,
    metadata: { ship: 'Aurora' },
    modalities: ['text', 'image'],
    image_config: { aspect_ratio: '1:1' }
  }
  const result = await sent(own)
  t.same(settings(result), own)
  t.same(named(result), [])
})

t.test('upstreams that ignore what was asked can be left out, unless the client says otherwise', async t => {
  const strict = { strictParams: true }
  const provider = async (members: object) => (await sent(members, strict)).body.provider
  t.same(await provider({ stop: ['x'] }), { require_parameters: true })
  t.same(await provider({ stop: ['x'], provider: { only: ['xai'] } }), { require_parameters: true, only: ['xai'] })
  t.same(await provider({ stop: ['x'], provider: { require_parameters: false } }), { require_parameters: false })
  t.equal(await provider({ temperature: 1 }), undefined)
  t.equal((await sent({ stop: ['x'] })).body.provider, undefined)
})

t.test('ids pass unchanged, and a router keeps its prefix', async t => {
  const ids = [
    'anthropic/claude-opus-4.7:nitro',
    'MoonshotAI/Kimi-K2-Thinking',
    'qwen/qwen3-max-thinking',
    '@preset/mine',
    'openrouter/auto'
  ]
  for (const id of ids) t.equal((await sent({}, {}, id)).body.model, id)
  t.equal(
    (await sent({}, {}, 'auto')).body.model,
    'openrouter/auto',
    'the catalogue took it for the name of the channel'
  )
})

t.test('address, key and attribution', async t => {
  for (const baseUrl of [
    'https://openrouter.ai/api/v1',
    'https://openrouter.ai/api/',
    'https://openrouter.ai/api/v1/'
  ]) {
    const provider = await up({ baseUrl, referer: 'https://ship.example', title: 'Ship' })
    const request = provider.encode(requestWith({}), { provider: 'openrouter', model: 'a/b' })
    await provider.authorize?.(request, { signal: new AbortController().signal })
    t.equal(provider.baseUrl + request.path, 'https://openrouter.ai/api/v1/chat/completions')
    t.match(request.headers, {
      authorization: 'Bearer the-key',
      'http-referer': 'https://ship.example',
      'x-openrouter-title': 'Ship'
    })
    t.equal(provider.models?.list?.request.path, '/v1/models')
  }
  const listed = (await up({ models: ['a/b'], timeouts: { idleMs: 5 } })).models
  t.same(listed?.known, [{ id: 'a/b', ownedBy: 'a' }])
  const row = { id: 'qwen/qwen3:free', context_length: 8, top_provider: { max_completion_tokens: 4 } }
  t.same(listed?.list?.decode({ data: [row, { id: 'openrouter/auto' }] }), [
    { id: 'qwen/qwen3:free', ownedBy: 'qwen', vendor: 'qwen', contextTokens: 8, maxOutputTokens: 4 },
    { id: 'auto', ownedBy: 'openrouter' },
    { id: 'openrouter/auto', ownedBy: 'openrouter' }
  ])
})

const SEARCH = 'openrouter:web_search'

t.test('the web search of every format is the service’s own tool', async t => {
  const search = async (format: string, object: object) => {
    const tools = [{ type: 'hosted', kind: 'web_search', native: { format, object } }] as const
    const result = encode(await up(), requestWith({ tools }))
    return { tools: result.body.tools, gaps: named(result) }
  }
  const berlin = { type: 'approximate', city: 'Berlin' }
  t.same(
    await search('messages', {
      type: 'web_search_20250305',
      name: 'web_search',
      max_uses: 3,
      blocked_domains: ['a.de']
    }),
    { tools: [{ type: SEARCH, parameters: { max_uses: 3, excluded_domains: ['a.de'] } }], gaps: [] }
  )
  const filters = { allowed_domains: ['b.de'] }
  t.same(await search('responses', { type: 'web_search', filters, user_location: berlin, external_web_access: true }), {
    tools: [{ type: SEARCH, parameters: { user_location: berlin, allowed_domains: ['b.de'] } }],
    gaps: ['hosted.options dropped']
  })
  t.same(await search('gemini', { googleSearch: {} }), { tools: [{ type: SEARCH }], gaps: [] })
  await t.rejects(search('gemini', { googleSearch: { exclude_domains: ['c.de'] } }), {
    message: /exclude_domains of a web search/
  })
})

t.test('search options outside the tools are the tool too, unless the member is forwarded', async t => {
  const asked = {
    web_search_options: {
      search_context_size: 'low',
      user_location: { type: 'approximate', approximate: { city: 'Berlin' } }
    }
  }
  const { body } = await sent(asked)
  t.same(body.tools, [
    { type: SEARCH, parameters: { search_context_size: 'low', user_location: { type: 'approximate', city: 'Berlin' } } }
  ])
  const forwarded = await sent(asked, { forwardParams: ['web_search_options'] })
  t.same([forwarded.body.tools, forwarded.body.web_search_options], [undefined, asked.web_search_options])
})
