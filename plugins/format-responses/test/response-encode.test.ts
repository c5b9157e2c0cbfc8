import { type Annotation, fold, type Part, ReplyBuilder, type Seal } from '@isthmus/core'
import { replyOptions, requestHead } from '@isthmus/core/testing'
import { decodeEnvelope, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { responses } from '../src/index.ts'
import { CALL, type End, framesOfParts as frames, replyOf, TEXT, typesOf } from './support/reply-of.ts'
import { framesOf, lastResponse, streamOf } from './support/sdk.ts'

const whole = (parts: readonly Part[], finish?: End, changes = {}): JsonObject =>
  responses.response.encode(fold(replyOf(parts, finish)), replyOptions(changes)) as JsonObject
const output = (parts: readonly Part[]): JsonObject[] => whole(parts).output as JsonObject[]
const seal = (format: string, kind: Seal['kind'] = 'signature'): Seal => ({
  kind,
  data: 'c2VhbA==',
  issuer: { provider: 'p', modelFamily: 'x', format }
})

t.test('a response has every member that strict clients read', async t => {
  const body = whole([TEXT])
  t.match(body, {
    id: 'resp_kit1',
    object: 'response',
    created_at: 5,
    completed_at: null,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: 'm',
    parallel_tool_calls: true,
    presence_penalty: 0,
    frequency_penalty: 0,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    output: [
      {
        id: 'msg_kit1_0',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }]
      }
    ],
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 17
    }
  })
})

t.test("usage is written whole or not at all, and an upstream's own as it came", async t => {
  const events = replyOf([TEXT])
  const { usage: _usage, ...uncounted } = fold(events)
  t.notOk('usage' in (responses.response.encode(uncounted, replyOptions()) as JsonObject))
  const half = { ...uncounted, usage: { input: {}, output: { total: 1 } } }
  t.notOk('usage' in (responses.response.encode(half, replyOptions()) as JsonObject))
  const native = { input_tokens: 3, output_tokens: 4, novel: 1 }
  const own = { input: { fresh: 3 }, output: { total: 4 }, native: { format: 'responses', object: native } }
  t.match((responses.response.encode({ ...uncounted, usage: own }, replyOptions()) as JsonObject).usage, {
    ...native,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 7
  })
})

t.test('a response repeats the request, as an upstream of this format says it took effect', async t => {
  const context = { echo: { temperature: 0.5, instructions: 'Be brief', store: true } }
  t.match(whole([TEXT], undefined, { context }), { temperature: 0.5, instructions: 'Be brief', store: true })
  const reply = { ...fold(replyOf([TEXT])), ext: { responses: { temperature: 1, novel: 2 } }, serviceTier: 'flex' }
  t.match(responses.response.encode(reply, replyOptions({ context })), {
    temperature: 1,
    instructions: 'Be brief',
    novel: 2,
    service_tier: 'flex'
  })
})

t.test('reasoning is shown as a summary, and as text where it came as such', async t => {
  const foreign: Part = { type: 'reasoning', text: 'Think', hidden: false }
  t.same(typesOf(frames([foreign])).slice(2, -1), [
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done'
  ])
  t.match(output([foreign]), [
    { id: 'rs_kit1_0', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Think' }] }
  ])
  const own: Part = { ...foreign, summary: ['A', 'B'], item: { id: 'rs_1', index: 0 } }
  t.same(typesOf(frames([own])).slice(2, -1), [
    'output_item.added',
    'content_part.added',
    'reasoning_text.delta',
    'reasoning_text.done',
    'content_part.done',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done'
  ])
  t.same(output([own]), [
    {
      id: 'rs_1',
      type: 'reasoning',
      summary: [
        { type: 'summary_text', text: 'A' },
        { type: 'summary_text', text: 'B' }
      ],
      content: [{ type: 'reasoning_text', text: 'Think' }]
    }
  ])
  t.same(output([{ type: 'reasoning', hidden: true }]), [], 'nothing to say')
})

t.test('seals of this vendor go out as they are, and others in an envelope', async t => {
  const sealed = (part: Part): JsonObject => output([part])[0]!
  const hidden = (value: Seal): Part => ({ type: 'reasoning', hidden: true, seal: value })
  t.equal(sealed(hidden(seal('openai-responses-v1', 'encrypted'))).encrypted_content, 'c2VhbA==')
  for (const format of ['anthropic-claude-v1', 'xai-responses-v1']) {
    const { encrypted_content: text } = sealed(hidden(seal(format)))
    t.match(decodeEnvelope(String(text)), {
      seal: { data: 'c2VhbA==', issuer: { format } },
      place: { on: 'reasoning' }
    })
  }
})

t.test('a seal that was sent to a client comes home to where it belongs', async t => {
  const parts: readonly Part[] = [
    { type: 'reasoning', text: 'Think\n\nagain', hidden: false, seal: seal('anthropic-claude-v1') },
    { type: 'reasoning', hidden: true, seal: seal('openai-responses-v1', 'encrypted') },
    { ...TEXT, seal: seal('google-gemini-v1', 'thought_signature') },
    { ...CALL, seal: seal('google-gemini-v1', 'thought_signature') }
  ]
  for (const items of [output(parts), lastResponse(streamOf(replyOf(parts))).output]) {
    const input = [{ role: 'user', content: 'hi' }, ...(items as JsonObject[])]
    const { messages } = responses.request.decode({ model: 'm', input }, requestHead())
    const back = messages[1]!.parts
    t.match(back, [
      {
        type: 'reasoning',
        text: 'Think\n\nagain',
        seal: { data: 'c2VhbA==', issuer: { format: 'anthropic-claude-v1' } }
      },
      { type: 'reasoning', hidden: true, seal: { issuer: { format: 'openai-responses-v1' } } },
      { type: 'text', text: 'Hello', seal: { issuer: { format: 'google-gemini-v1' } } },
      { type: 'tool_call', id: 'call_1', seal: { issuer: { format: 'google-gemini-v1' } } }
    ])
    t.equal(back.length, 4)
  }
})

t.test('citations are counted in characters, whatever they were counted in', async t => {
  const cited = (annotation: object): unknown =>
    (output([{ type: 'text', text: 'é👍 sea', annotations: [annotation as never] }])[0]!.content as JsonObject[])[0]!
      .annotations
  const url = { kind: 'url', url: 'https://a.example', title: 'A' }
  const wire = { type: 'url_citation', url: 'https://a.example', title: 'A' }
  t.same(cited({ ...url, start: 0, end: 3, unit: 'utf16' }), [{ ...wire, start_index: 0, end_index: 2 }])
  t.same(cited({ ...url, start: 2, end: 6, unit: 'byte' }), [{ ...wire, start_index: 1, end_index: 2 }])
  t.same(cited(url), [{ ...wire, start_index: 0, end_index: 6 }], 'one without a place is of the whole text')
  const native = { type: 'file_path', file_id: 'f', index: 3 }
  t.same(cited({ kind: 'path', native: { format: 'responses', object: native } }), [native])
  const told = frames([{ type: 'text', text: 'é👍', annotations: [{ kind: 'url', url: 'https://a.example' }] }])
  t.match(
    told.find(frame => frame.type === 'response.output_text.annotation.added'),
    { annotation_index: 0, annotation: { start_index: 0, end_index: 2 } }
  )
})

t.test('texts in a row make one message, and items of this format keep their borders', async t => {
  const phase = (id: string, index: number, text: string): Part => ({
    type: 'text',
    text,
    item: { id, index, phase: 'commentary', status: 'completed' }
  })
  t.match(output([TEXT, TEXT, { type: 'refusal', text: 'No' }]), [{ content: [{}, {}, { type: 'refusal' }] }])
  t.match(output([phase('a', 0, 'A'), phase('a', 0, 'B'), phase('b', 1, 'C')]), [
    { id: 'a', phase: 'commentary', content: [{ text: 'A' }, { text: 'B' }] },
    { id: 'b', content: [{ text: 'C' }] }
  ])
  t.same(output([{ type: 'text', text: '' }]), [])
  t.match(output([phase('a', 0, '')]), [{ content: [{ text: '' }] }])
  const same = output([phase('a', 0, 'A'), { ...CALL, item: { id: 'a', index: 1 } }])
  t.match(same, [{ id: 'a' }, { id: 'fc_kit1_1' }], 'no id is given twice')
})

t.test('tools in namespaces are called by the names their client knows', async t => {
  const context = { echo: {}, namespaced: { shop__find: { name: 'find', namespace: 'shop' } } }
  const call: Part = { ...CALL, name: 'shop__find' }
  t.match(whole([call], undefined, { context }).output, [{ name: 'find', namespace: 'shop' }])
  const own: Part = { ...CALL, namespace: 'yard' }
  t.match(output([own]), [{ name: 'f', namespace: 'yard' }])
})

t.test('a search of another service is told with what it looked for, whole and streamed', async t => {
  const search = (input: unknown): Part => {
    return { type: 'hosted_call', kind: 'web_search', id: 's', input, native: { format: 'messages', object: {} } }
  }
  const item = (action: object) => ({ id: 'ws_kit1_0', type: 'web_search_call', status: 'completed', action })
  const one = item({ type: 'search', query: 'sea' })
  t.same(output([search({ query: 'sea' })]), [one])
  t.same(output([search({ queries: ['sea', 'lake'] })]), [
    item({ type: 'search', query: 'sea', queries: ['sea', 'lake'] })
  ])
  t.same(output([search(undefined)]), [item({ type: 'search', query: '' })])
  const told = frames([search({ query: 'sea' }), TEXT])
  t.same(typesOf(told).slice(2, 7), [
    'output_item.added',
    'web_search_call.in_progress',
    'web_search_call.searching',
    'web_search_call.completed',
    'output_item.done'
  ])
  t.match(told[6], { item: one })
})

t.test('items of tools of the service go back as they came, and those of other vendors are left out', async t => {
  const object = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search' } }
  const hosted = (format: string): Part => ({
    type: 'hosted_call',
    kind: 'web_search',
    id: 'ws_1',
    native: { format, object }
  })
  const entry: Part = {
    type: 'opaque',
    replay: 'same_dialect',
    native: { format: 'responses', object: { type: 'poem' } },
    ext: { 'responses/spelling': { as: 'part' } }
  }
  t.same(output([hosted('responses')]), [object])
  t.same(output([{ ...hosted('messages'), kind: 'code' } as Part]), [])
  t.match(output([TEXT, entry]), [{ type: 'message', content: [{ text: 'Hello' }, { type: 'poem' }] }])
  t.match(frames([TEXT, entry]).at(-2), { item: { content: [{ text: 'Hello' }, { type: 'poem' }] } })
  const out = new ReplyBuilder()
  out.start('r', 'm')
  const open = out.open(0, hosted('responses'))
  out.set(open, 'hosted_status', 'searching')
  out.set(open, 'native', {
    format: 'responses',
    object: { type: 'response.web_search_call.novel', sequence_number: 99, output_index: 7, item_id: 'old', detail: 1 }
  })
  out.native({ format: 'responses', object: { type: 'response.poem', sequence_number: 98 } })
  out.native({ format: 'messages', object: { type: 'poem' } })
  out.finish(0, { reason: 'stop', native: '' })
  out.end()
  const told = framesOf(streamOf(out.take()))
  const place = { item_id: 'ws_1', output_index: 0 }
  t.same(told.slice(3, 6), [
    { type: 'response.web_search_call.searching', sequence_number: 3, ...place },
    { type: 'response.web_search_call.novel', sequence_number: 4, ...place, detail: 1 },
    { type: 'response.poem', sequence_number: 5 }
  ])
})

t.test('images and the words of audio are shown', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/webp', data: 'UklG' } }
  t.match(output([image]), [
    { type: 'image_generation_call', status: 'completed', result: 'UklG', output_format: 'webp' }
  ])
  t.same(output([{ ...image, item: { id: 'ig_1', index: 0 } }]), [], 'one that came of a call stands in the call')
  t.match(output([{ type: 'image', source: { kind: 'url', url: 'https://a.example/i' } }]), [
    { content: [{ text: 'https://a.example/i' }] }
  ])
  const audio: Part = { type: 'audio', source: { kind: 'inline', mime: 'audio/wav', data: '' }, transcript: 'Hi' }
  t.match(output([audio]), [{ content: [{ text: 'Hi' }] }])
  t.match(lastResponse(streamOf(replyOf([audio, image]))).output, output([audio, image]))
})

t.test('an answer that was cut says so, and so does its last item', async t => {
  const cut = whole([TEXT, CALL], { reason: 'length' })
  t.match(cut, { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  t.match(cut.output, [{ status: 'completed' }, { status: 'incomplete' }])
  const told = frames([TEXT, CALL], { reason: 'length' })
  t.match(told.at(-1), { type: 'response.incomplete', response: { output: cut.output } })
  t.match(whole([TEXT], { reason: 'pause' }), { incomplete_details: { reason: 'max_output_tokens' } })
  t.match(whole([TEXT], { reason: 'content_filter' }), { incomplete_details: { reason: 'content_filter' } })
  const own = { reason: 'other', ext: { responses: { status: 'queued' } } }
  t.match(whole([], own), { status: 'queued', incomplete_details: null })
  for (const reason of ['stop', 'stop_sequence', 'tool_calls', 'other'])
    t.match(whole([TEXT], { reason }), { status: 'completed' })
})

t.test('what the service says of a refusal is told where the model said nothing', async t => {
  const finish = { reason: 'refusal', message: 'Not this.' }
  const refusal = { content: [{ type: 'refusal', refusal: 'Not this.' }] }
  t.match(whole([], finish), { status: 'incomplete', output: [refusal] })
  t.match(frames([], finish).at(-1), { response: { output: [refusal] } })
  t.match(whole([{ type: 'refusal', text: 'No' }], finish).output, [{ content: [{ refusal: 'No' }] }])
})

t.test('the exchange may have an id of this format, which is then the id of the response', async t => {
  const reply = { ...fold(replyOf([TEXT])), id: 'resp_up' }
  const idWith = (id: string) => (responses.response.encode(reply, replyOptions({ id })) as JsonObject).id
  t.equal(idWith('a-b'), 'resp_up')
  t.equal(idWith('resp_own'), 'resp_own')
})

t.test('a citation of a document that has no id here is told by its title', async t => {
  const cited = (annotation: Annotation) => output([{ ...TEXT, annotations: [annotation] } as Part])[0]?.content
  t.match(cited({ kind: 'page', start: 1, end: 2, title: 'Tides' }), [
    { annotations: [{ type: 'file_citation', file_id: '', filename: 'Tides', index: 5 }] }
  ])
  t.match(cited({ kind: 'file', file: 'file-1' }), [
    { annotations: [{ file_id: 'file-1', filename: 'file-1', index: 5 }] }
  ])
  t.match(cited({ kind: 'char' }), [{ annotations: [] }])
})
