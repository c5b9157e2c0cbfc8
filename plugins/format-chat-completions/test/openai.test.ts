import { createError } from '@isthmus/core'
import t from 'tap'
import { decodeError, decodeModels, encodeError, encodeModels, errorBody, errorInReply } from '../src/openai.ts'

const head = (status: number, headers = {}) => ({ status, headers })
const bytes = (body: unknown) => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

t.test('an error has the kind that its words and its status tell', async t => {
  const error = { code: 'context_length_exceeded', message: 'Too long', param: 'input' }
  t.match(decodeError(head(400), bytes({ error })), {
    kind: 'context_length',
    message: 'Too long',
    param: 'input'
  })
  t.match(decodeError(head(429, { 'retry-after': '2' }), bytes('')), {
    kind: 'upstream_limited',
    retryAfterMs: 2000
  })
  t.match(errorInReply({ code: 429, message: 'Slow' }, 'up'), {
    kind: 'upstream_limited',
    upstream: { provider: 'up' }
  })
})

t.test('a failure that only a code tells of is the fault of the request where the code says so', async t => {
  const kindOf = (code: string) => errorInReply({ code, message: 'No' }, 'up').kind
  for (const code of ['invalid_prompt', 'invalid_base64_image', 'image_too_large', 'invalid_image_url']) {
    t.equal(kindOf(code), 'upstream_rejected', code)
  }
  for (const code of ['image_file_not_found', 'failed_to_download_image', 'data_residency_mismatch']) {
    t.equal(kindOf(code), 'upstream_rejected', code)
  }
  for (const code of ['bio_policy', 'misalignment_policy_violation', 'image_content_policy_violation']) {
    t.equal(kindOf(code), 'content_policy', code)
  }
  t.equal(kindOf('vector_store_timeout'), 'timeout')
  t.equal(kindOf('server_error'), 'upstream_unavailable')
})

t.test('an error is written with its type, its code and what a client should do', async t => {
  const limited = createError('TEST_LIMITED', 'rate_limited', 'Slow').with({ retryAfterMs: 1500, param: 'model' })
  t.same(errorBody(limited), {
    error: { message: 'Slow', type: 'rate_limit_error', param: 'model', code: 'rate_limit_exceeded' }
  })
  t.match(encodeError(limited), { status: 429, headers: { 'retry-after': '2', 'retry-after-ms': '1500' } })
  const denied = createError('TEST_DENIED', 'upstream_denied', 'No')()
  t.match(encodeError(denied), { status: 502, headers: { 'x-should-retry': 'false' } })
})

t.test(
  'a list of models is read with the facts that vendors add, and written with four members and the day of its end',
  async t => {
    t.same(decodeModels({ data: [{ id: 'm', owned_by: 'o', context_length: 8 }, { id: '' }, 5] }), [
      { id: 'm', ownedBy: 'o', contextTokens: 8 }
    ])
    t.same(encodeModels([{ id: 'm', provider: 'p' }]), {
      object: 'list',
      data: [{ id: 'm', object: 'model', created: 0, owned_by: 'p' }]
    })
    const known = { created: 5, vendor: 'v', deprecated: '2026-12-31' }
    const list = encodeModels([{ ...known, id: 'm', provider: 'p' }])
    t.same(list.data, [{ id: 'm', object: 'model', created: 5, owned_by: 'v', shutdown_date: '2026-12-31' }])
    t.same(decodeModels(list), [{ id: 'm', created: 5, ownedBy: 'v', deprecated: '2026-12-31' }])
  }
)
