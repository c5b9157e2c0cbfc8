import { ApiError, FunctionCallingConfigMode, type FunctionDeclaration, GoogleGenAI } from '@google/genai'
import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import t from 'tap'
import { composed } from '../support/composed.ts'
import { WEATHER } from '../support/simulated.ts'

/* The official client of Google, as it is published, against a gateway in this process. */

const PLUGINS = [
  { use: '@isthmus/ingress-gemini' },
  { use: '@isthmus/provider-simulator', options: { tokenDelayMs: 0 } }
]

const clientOf = (url: string, apiKey = 'any'): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } })
const weather: FunctionDeclaration = { name: 'weather', description: 'The weather.', parametersJsonSchema: WEATHER }

/** refusalOf waits for the client's error, and reads what it says. */
async function refusalOf(asked: Promise<unknown>): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    await asked
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    return { status: thrown.status, body: JSON.parse(thrown.message) }
  }
  throw new Error('the request was not refused')
}

t.test('over an upstream of another format', async t => {
  const { url } = await composed(t, { plugins: PLUGINS })
  const google = clientOf(url)
  const { models } = google
  const model = 'simulator/echo'

  t.test('text, whole and streamed', async t => {
    const request = { model, contents: 'Guten Tag, 世界 🌍', config: { systemInstruction: 'Be brief.' } }
    const whole = await models.generateContent(request)
    t.equal(whole.text, request.contents)
    t.equal(whole.candidates?.[0]?.finishReason, 'STOP')
    const { usageMetadata } = whole
    t.ok((usageMetadata?.promptTokenCount ?? 0) > 0 && (usageMetadata?.candidatesTokenCount ?? 0) > 0)
    let said = ''
    let finish: string | undefined
    for await (const chunk of await models.generateContentStream(request)) {
      t.equal(chunk.candidates?.[0]?.content?.role, 'model')
      said += chunk.text ?? ''
      finish = chunk.candidates?.[0]?.finishReason
    }
    t.equal(said, request.contents)
    t.equal(finish, 'STOP')
  })

  t.test('a chat keeps what was said, streamed as well', async t => {
    const chat = google.chats.create({ model })
    t.equal((await chat.sendMessage({ message: 'one' })).text, 'one')
    let said = ''
    for await (const chunk of await chat.sendMessageStream({ message: 'two' })) said += chunk.text ?? ''
    t.equal(said, 'two')
    const history = chat.getHistory(true)
    t.same(
      history.map(({ role }) => role).filter((role, at, all) => role !== all[at - 1]),
      ['user', 'model', 'user', 'model']
    )
  })

  t.test('a loop of calls of functions', async t => {
    const config = { tools: [{ functionDeclarations: [weather] }] }
    const ask = { model: 'simulator/call', contents: 'What is it like in Oslo?', config }
    const first = await models.generateContent(ask)
    const [call] = first.functionCalls ?? []
    t.match(call, { name: 'weather', args: { city: /./ } })
    const content = first.candidates?.[0]?.content
    if (call?.name === undefined || content === undefined) return t.fail('no call came')
    const response = {
      functionResponse: { name: call.name, response: { output: 'rain' }, ...(call.id && { id: call.id }) }
    }
    const second = await models.generateContent({
      ...ask,
      contents: [{ role: 'user', parts: [{ text: ask.contents }] }, content, { role: 'user', parts: [response] }]
    })
    t.match(second.text, 'rain')
    const forced = {
      ...config,
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] } }
    }
    let streamed: string | undefined
    for await (const chunk of await models.generateContentStream({ ...ask, config: forced })) {
      streamed ??= chunk.functionCalls?.[0]?.name
    }
    t.equal(streamed, 'weather')
  })

  t.test('the list of models has the shape of this format on the path that all formats share', async t => {
    const names: string[] = []
    for await (const { name } of await models.list({ config: { pageSize: 2 } })) names.push(name ?? '')
    t.ok(names.includes('models/simulator/echo'), 'the pages were walked to their end')
    t.match(await models.get({ model: 'models/simulator/echo' }), { name: 'models/simulator/echo' })
    const others = await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer any' } })
    t.match(await others.json(), { object: 'list' })
    const keyed = await fetch(`${url}/v1/models?key=any`)
    t.match(await keyed.json(), { models: [{ name: /^models\// }] })
  })

  t.test('tokens are counted', async t => {
    const { totalTokens } = await models.countTokens({ model, contents: 'How deep is the sea?' })
    t.ok((totalTokens ?? 0) > 0)
  })

  t.test('errors come in the shape of this format, with their status', async t => {
    const missing = await refusalOf(models.generateContent({ model: 'nobody', contents: 'Hi' }))
    t.match(missing, { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message: /nobody/ } } })
    const streamed = await refusalOf(models.generateContentStream({ model: 'nobody', contents: 'Hi' }))
    t.equal(streamed.status, 404)
    const wrong = await refusalOf(
      models.generateContent({ model, contents: [{ role: 'king', parts: [{ text: 'Hi' }] }] })
    )
    t.match(wrong, { status: 400, body: { error: { status: 'INVALID_ARGUMENT', message: /contents\[0\]\.role/ } } })
    t.equal((await refusalOf(models.get({ model: 'nobody' }))).status, 404)
  })

  t.test('verbs and paths of the API that nobody serves are answered clearly, in its shape', async t => {
    const post = async (path: string) => {
      const headers = { 'content-type': 'application/json', 'x-goog-api-key': 'any' }
      const reply = await fetch(url + path, {
        method: 'POST',
        headers,
        body: '{"contents":[{"parts":[{"text":"Hi"}]}]}'
      })
      return { status: reply.status, body: (await reply.json()) as unknown }
    }
    const notFound = { status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } }
    t.match(await post('/v1beta/models/simulator/echo:predict'), notFound)
    t.match(await post('/v1/models/simulator/echo'), notFound)
    for (const path of ['/v1beta/cachedContents', '/upload/v1beta/files', '/gemini/v1beta/batches']) {
      const { status, body } = await post(path)
      t.ok(status >= 400, path)
      t.match(body, { error: { code: status, message: /./, status: /^[A-Z_]+$/ } }, path)
    }
    t.match(await post('/v1beta/models/simulator%2Fecho:generateContent'), { status: 200 })
    t.match(await post('/v1beta/models/50%25zz:generateContent'), notFound)
    t.match(await post('/gemini/v1/models/simulator/echo:generateContent'), { status: 200 })
    t.match(await post('/v1beta/tunedModels/mine:generateContent'), {
      status: 404,
      body: { error: { message: /tunedModels\/mine/ } }
    })
  })

  t.test('a stream without alt=sse is one JSON array', async t => {
    const reply = await fetch(`${url}/v1beta/models/${model}:streamGenerateContent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"contents":[{"parts":[{"text":"one two three"}]}]}'
    })
    t.match(reply.headers.get('content-type'), 'application/json')
    const chunks = (await reply.json()) as readonly {
      candidates: readonly { content: { parts: { text: string }[] } }[]
    }[]
    t.equal(chunks.map(chunk => chunk.candidates[0]?.content.parts[0]?.text).join(''), 'one two three')
  })
})

const json = (body: unknown, status = 200): Answer => ({ status, steps: [JSON.stringify(body)] })
const candidate = (parts: readonly object[], finishReason?: string) => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: 'gemini-3-pro-preview',
  responseId: 'r1'
})
const CALL = { functionCall: { id: 'c1', name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'c2lnbmVk' }

/** google answers as the vendor's service does. */
function google({ url, method, json: body }: RecordedRequest): Answer {
  if (method === 'GET') {
    return json({ models: [{ name: 'models/gemini-3-pro-preview', displayName: 'Pro', inputTokenLimit: 1_000_000 }] })
  }
  const verb = url.slice(url.lastIndexOf(':') + 1)
  switch (verb) {
    case 'streamGenerateContent?alt=sse':
      return {
        headers: { 'content-type': 'text/event-stream' },
        steps: [candidate([{ text: 'Hel' }]), candidate([{ text: 'lo' }]), candidate([{ text: '' }], 'STOP')].map(
          chunk => `data: ${JSON.stringify(chunk)}\r\n\r\n`
        )
      }
    case 'generateContent':
      if (JSON.stringify(body()).includes('refuse')) {
        const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }]
        return json({ error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED', details } }, 429)
      }
      return json(candidate(JSON.stringify(body()).includes('functionResponse') ? [{ text: 'Rain.' }] : [CALL], 'STOP'))
    case 'countTokens':
      return json({ totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] })
    default: {
      const requests = body().requests as readonly unknown[]
      return json({
        embeddings: requests.map((_, at) => ({ values: [3, at] })),
        usageMetadata: { promptTokenCount: 2 }
      })
    }
  }
}

t.test('over an upstream of the same format', async t => {
  const upstream = await fakeUpstream(google)
  t.teardown(() => upstream.close())
  const { url } = await composed(t, {
    plugins: [
      { use: '@isthmus/ingress-gemini' },
      { use: '@isthmus/ingress-embeddings' },
      {
        use: '@isthmus/provider-gemini',
        id: 'google',
        options: { apiKey: 'upstream-key', baseUrl: upstream.origin, models: ['gemini-embedding-001'] }
      }
    ]
  })
  const { models } = clientOf(url, 'client-key')
  const model = 'google/gemini-3-pro-preview'
  const last = (): RecordedRequest => {
    const request = upstream.requests.at(-1)
    if (request === undefined) throw new Error('the upstream was not asked')
    return request
  }

  t.test('a stream is asked for as events, with the gateway’s own key alone', async t => {
    let said = ''
    for await (const chunk of await models.generateContentStream({ model, contents: 'Hi' })) said += chunk.text ?? ''
    t.equal(said, 'Hello')
    t.equal(last().url, '/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse')
    t.equal(last().headers['x-goog-api-key'], 'upstream-key')
    t.notMatch(JSON.stringify(last().headers), 'client-key')
  })

  t.test('signed calls go to and fro as they are', async t => {
    const config = { tools: [{ functionDeclarations: [weather] }] }
    const user = { role: 'user', parts: [{ text: 'Oslo?' }] }
    const first = await models.generateContent({ model, contents: [user], config })
    const content = first.candidates?.[0]?.content
    t.match(content, { parts: [CALL] })
    const result = { functionResponse: { id: 'c1', name: 'weather', response: { output: 'rain' } } }
    const answer = { role: 'user', parts: [result] }
    const second = await models.generateContent({ model, contents: [user, content ?? {}, answer], config })
    t.equal(second.text, 'Rain.')
    t.same(last().json().contents, [user, { role: 'model', parts: [CALL] }, answer])
  })

  t.test('tokens are counted by the service', async t => {
    t.match(await models.countTokens({ model, contents: 'Hi' }), { totalTokens: 31 })
    t.same(last().json(), { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] })
  })

  t.test('vectors are made in batches, more than the service takes at once in several', async t => {
    const contents = Array.from({ length: 101 }, (_, at) => `text ${at}`)
    const config = { taskType: 'RETRIEVAL_DOCUMENT', outputDimensionality: 2 }
    const before = upstream.requests.length
    const { embeddings } = await models.embedContent({ model: 'google/gemini-embedding-001', contents, config })
    t.equal(embeddings?.length, 101)
    t.same(embeddings?.[99]?.values, [3, 99])
    t.same(embeddings?.[100]?.values, [3, 0], 'the second batch begins again')
    t.equal(upstream.requests.length - before, 2)
    const sent = { model: 'models/gemini-embedding-001', content: { role: 'user', parts: [{ text: 'text 100' }] } }
    t.same(last().json(), { requests: [{ ...sent, ...config }] })
  })

  t.test('a client of Embeddings gets vectors of the same models, of length one', async t => {
    const reply = await fetch(`${url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'google/gemini-embedding-001', input: ['a', 'b'], dimensions: 2 })
    })
    const { data } = (await reply.json()) as { readonly data: readonly { readonly embedding: readonly number[] }[] }
    t.equal(data.length, 2)
    for (const { embedding } of data) t.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6)
  })

  t.test('a client of Messages is told the number that the service counted', async t => {
    const reply = await fetch(`${url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ model, system: 'Be brief.', messages: [{ role: 'user', content: 'Hi' }] })
    })
    t.same(await reply.json(), { input_tokens: 31 })
    t.match(last().json(), { generateContentRequest: { model: 'models/gemini-3-pro-preview' } })
  })

  t.test('a refusal of the service keeps its status and its time to wait', async t => {
    const { status, body } = await refusalOf(models.generateContent({ model, contents: 'refuse' }))
    t.equal(status, 429)
    t.match(body, { error: { status: 'RESOURCE_EXHAUSTED', message: /Slow down/ } })
    t.match(JSON.stringify(body), '"retryDelay":"7s"')
  })

  t.test('what the service lists is listed, and a model that makes vectors does not converse', async t => {
    t.match(await models.get({ model }), { name: `models/${model}`, displayName: 'Pro', inputTokenLimit: 1_000_000 })
    const { status, body } = await refusalOf(
      models.generateContent({ model: 'google/gemini-embedding-001', contents: 'Hi' })
    )
    t.equal(status, 400)
    t.match(body, { error: { message: /conversations/ } })
  })
})
