import { readdirSync, readFileSync } from 'node:fs'
import { decodeAll, replyOptions, requestHead, requestWith, resultCases } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { geminiCount } from '../src/index.ts'

const target = { provider: 'p', model: 'gemini-x' }
const head = { params: { '*': 'gemini-x:countTokens' }, path: '/v1beta/models/gemini-x:countTokens' }
const contents = [{ role: 'user', parts: [{ text: 'How deep is the sea?' }] }]
const whole = {
  generateContentRequest: {
    model: 'models/gemini-x',
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents,
    tools: [{ functionDeclarations: [{ name: 'sound', parameters: { type: 'OBJECT', properties: {} } }] }]
  }
}

const cases = resultCases(geminiCount, {
  exchanges: [
    { name: 'contents alone', request: { contents }, head, reply: { totalTokens: 6 } },
    {
      name: 'a whole request',
      request: whole,
      head,
      reply: {
        totalTokens: 40,
        cachedContentTokenCount: 30,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 40 }]
      }
    }
  ]
})
for (const { name, run } of cases) t.test(name, async () => run())

t.test('what stands beside the contents goes where the service takes it', async t => {
  const { generateContentRequest } = whole
  const { model: _model, ...flat } = generateContentRequest
  const request = geminiCount.request.decode(flat, requestHead(head))
  t.same(geminiCount.request.encode(request, target).body, whole)
})

t.test('a request of another format is counted whole, and losses that do not count are not told', async t => {
  const input = requestWith({ sampling: { temperature: 0.5, minP: 0.1 }, output: { maxTokens: 5 } })
  const { body, gaps } = geminiCount.request.encode(
    { op: 'count_tokens', model: 'm', ingress: { format: 'messages' }, input },
    target
  )
  t.match(body, { generateContentRequest: { model: 'models/gemini-x', contents: [{ role: 'user' }] } })
  t.same(gaps, [])
})

t.test('contents in two places, and none at all, are refused with the path', async t => {
  const decode = (body: unknown) => () => geminiCount.request.decode(body, requestHead(head))
  t.throws(decode({ ...whole, contents }), { path: 'contents', code: 'ISTHMUS_REQUEST_INVALID' })
  t.throws(decode({ generateContentRequest: 'all' }), {
    path: 'generateContentRequest',
    code: 'ISTHMUS_REQUEST_INVALID'
  })
  t.throws(decode({ generate_content_request: {} }), { path: 'contents', code: 'ISTHMUS_REQUEST_INVALID' })
})

t.test('the model is the one of the path, and the one of the request where the path has none', async t => {
  const body = { generateContentRequest: { ...whole.generateContentRequest, model: 'models/other' } }
  t.equal(geminiCount.request.decode(body, requestHead(head)).model, 'gemini-x')
  t.equal(geminiCount.request.decode(body, requestHead()).model, 'other')
})

t.test('an error in place of a number is the reply’s error', async t => {
  const bytes = new TextEncoder().encode('{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}')
  const ok = { status: 200, headers: { 'content-type': 'application/json' } }
  const [event] = decodeAll(geminiCount.response.decoder(ok, target, undefined), [bytes])
  t.match(event, { type: 'error', error: { kind: 'upstream_limited' } })
})

interface Recording {
  readonly id: string
  readonly request: { readonly path: string; readonly body: JsonObject } | null
  readonly response: { readonly status: number; readonly body: unknown }
}

const folder = new URL('../../../../shared/recordings/gemini/', import.meta.url)

function recordings(): readonly Recording[] {
  try {
    return readdirSync(folder)
      .map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recording)
      .filter(({ request }) => request?.path.includes(':countTokens'))
  } catch {
    return []
  }
}

t.test('recorded exchanges come back as they went', async t => {
  const found = recordings()
  if (found.length === 0) return t.pass('there are no recordings beside the repository')
  for (const { id, request, response } of found) {
    const { path, body } = request!
    const own = requestHead({ params: { '*': path.replace(/^.*\/models\//, '') } })
    const decoded = geminiCount.request.decode(body, own)
    const { body: written } = geminiCount.request.encode(decoded, { ...target, model: decoded.model })
    const { model: _model, ...inner } = isObject(written.generateContentRequest)
      ? written.generateContentRequest
      : written
    // Vertex has what stands beside the contents at the top; an empty object says nothing.
    const { generationConfig, ...sent } = body
    const config = isObject(generationConfig) && Object.keys(generationConfig).length > 0 ? { generationConfig } : {}
    t.same(inner, { ...sent, ...config }, id)
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    if (response.status !== 200) {
      t.equal(geminiCount.error.decode({ status: response.status, headers: {} }, bytes).kind, 'not_found', id)
      continue
    }
    const ok = { status: 200, headers: { 'content-type': 'application/json' } }
    const [event] = decodeAll(geminiCount.response.decoder(ok, target, undefined), [bytes])
    if (event?.type !== 'result' || event.reply.op !== 'count_tokens') return t.fail(`${id} has no number`)
    t.same(geminiCount.response.encode(event.reply, decoded, replyOptions()), response.body, id)
  }
})
