import { featuresOf, isGatewayError } from '@isthmus/core'
import { type Allowed, differences, requestHead, unexplained } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import { encodeRequest } from '../src/request-encode.ts'
import { captures, recordings } from './support/recordings.ts'

const all = recordings().filter(({ request }) => isObject(request?.body))
const sent = captures()
if (all.length === 0) t.comment('there are no recordings beside this repository; nothing was compared')
if (sent.length === 0) t.comment('there are no captures beside this repository; nothing was compared')

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const DIFFERENCES: readonly Allowed[] = [
  {
    path: /^store$/,
    when: (was, is) => was === undefined && is === false,
    why: 'nothing is kept unless the client says so'
  },
  {
    path: /^include(\[#\])?$/,
    when: (_was, is) => is === 'reasoning.encrypted_content' || isSealedOnly(is),
    why: 'where nothing is kept, reasoning must come back sealed'
  },
  { path: /^stream$/, when: (was, is) => was === false && is === undefined, why: 'not to stream is the default' },
  { path: /^tools$/, when: (was, is) => isEmptyList(was) && is === undefined, why: 'an empty list says nothing' },
  {
    path: /^text$/,
    when: (was, is) => isObject(was) && Object.keys(was).length === 0 && is === undefined,
    why: 'an empty object says nothing'
  }
]

function isSealedOnly(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1 && value[0] === 'reasoning.encrypted_content'
}

const wired = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** droppable leaves out reasoning without a seal: without a store it cannot be sent back. */
function droppable(body: JsonObject): JsonObject {
  if (!Array.isArray(body.input) || body.store === true || body.previous_response_id) return body
  const input = body.input.filter(item => item.type !== 'reasoning' || item.encrypted_content)
  return { ...body, input }
}

const used = new Set<Allowed>()

t.test('recorded requests are written back as they were', async t => {
  let lost = 0
  for (const { id, request } of all) {
    // Requests that only count tokens or compact need no model, and some servers have it in the path.
    const body: JsonObject = { model: 'in-the-path', ...(request?.body as JsonObject) }
    const decoded = decodeRequest(body, requestHead())
    const { gaps, body: written } = encodeRequest(decoded, { provider: 'recorded', model: decoded.model })
    const expected = droppable(body)
    const left = (expected.input as unknown[]).length !== (body.input as unknown[]).length
    if (left) lost++
    t.same(
      gaps.map(gap => gap.feature),
      left ? ['input.reasoning'] : [],
      `${id}: what is lost is said`
    )
    t.same(unexplained(differences(expected, wired(written)), DIFFERENCES, used), [], id)
  }
  if (all.length > 0) t.ok(lost > 0, 'reasoning without a seal occurs')
})

t.test('requests of real clients are read, and written back as they were', async t => {
  for (const { client, what, request } of sent) {
    const { tools, tool_choice: choice, ...rest } = request.body as JsonObject
    // A long list that another capture has is replaced by a note.
    const body = typeof tools === 'string' || tools === undefined ? rest : { ...rest, tools, tool_choice: choice }
    if (typeof body.model !== 'string' || body.input === undefined) {
      t.throws(() => decodeRequest(body, requestHead()), { code: 'ISTHMUS_REQUEST_INVALID' }, `${client}: ${what}`)
      continue
    }
    const decoded = decodeRequest(wired(body), requestHead())
    const { body: written } = encodeRequest(decoded, { provider: 'sent', model: decoded.model })
    t.same(unexplained(differences(wired(body), wired(written)), DIFFERENCES, used), [], `${client}: ${what}`)
  }
  if (all.length > 0 && sent.length > 0) {
    t.same(
      DIFFERENCES.filter(entry => !used.has(entry)).map(entry => entry.why),
      [],
      'every difference that is allowed occurs'
    )
  }
})

t.test('what is read of them is settled: a second round changes nothing', async t => {
  for (const { id, request } of all) {
    const body: JsonObject = { model: 'in-the-path', ...(request?.body as JsonObject) }
    const round = (value: unknown): unknown => {
      const decoded = decodeRequest(value, requestHead())
      t.doesNotThrow(() => featuresOf(decoded))
      return wired(encodeRequest(decoded, { provider: 'recorded', model: decoded.model }).body)
    }
    try {
      const once = round(body)
      t.same(round(once), once, id)
    } catch (thrown) {
      t.fail(`${id}: ${isGatewayError(thrown) ? thrown.message : String(thrown)}`)
    }
  }
})
