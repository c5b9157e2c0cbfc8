import { type IrResponse, type Part, type RequestHead, unfold } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { gemini } from '../src/index.ts'
import { call, foreign, own, reply, text } from './support/parts.ts'
import { chunksOf, streamOf, wired } from './support/replies.ts'

/* What an answer was sealed with comes home through what clients send back of it. */

const HEAD: RequestHead = {
  method: 'POST',
  path: '/v1beta/models/m:streamGenerateContent',
  query: { alt: 'sse' },
  params: {},
  headers: {}
}

/** written gives the parts of an answer as a client reads them from a stream. */
const written = (response: IrResponse): JsonObject[] =>
  chunksOf(streamOf(unfold(response).take())).flatMap(chunk =>
    (chunk.candidates as { content: { parts: JsonObject[] } }[]).flatMap(({ content }) => content.parts)
  )

/** The vendor's own client keeps every part of every chunk as a content of its own. */
const everything = (parts: readonly JsonObject[]): JsonObject[] => parts.map(part => ({ role: 'model', parts: [part] }))

/** Gemini CLI leaves out thoughts and joins texts, with the members of the first. */
function withoutThoughts(parts: readonly JsonObject[]): JsonObject[] {
  const kept: JsonObject[] = []
  for (const part of parts.filter(({ thought }) => thought !== true)) {
    const last = kept.at(-1)
    if (typeof last?.text === 'string' && last.text !== '' && typeof part.text === 'string') last.text += part.text
    else kept.push({ ...part })
  }
  return [{ role: 'model', parts: kept }]
}

/** sentBack gives the assistant's parts of the next request. */
function sentBack(response: IrResponse, keep: (parts: readonly JsonObject[]) => JsonObject[]): readonly Part[] {
  const calls = response.choices[0]!.parts.filter(part => part.type === 'tool_call')
  const results = calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { output: 'ok' } } }))
  const next = results.length > 0 ? results : [{ text: 'Go on.' }]
  const contents = [
    { role: 'user', parts: [{ text: 'Hello' }] },
    ...keep(written(response)),
    { role: 'user', parts: next }
  ]
  const { messages } = gemini.request.decode({ contents }, HEAD)
  return messages.filter(({ role }) => role === 'assistant').flatMap(({ parts }) => parts)
}

const sealsOf = (parts: readonly Part[]): unknown =>
  parts.flatMap(part => (part.seal === undefined ? [] : [[part.type, part.seal.data, part.seal.issuer.format]]))

const thought = (said: string, data: string): Part => ({
  type: 'reasoning',
  text: said,
  hidden: false,
  seal: foreign(data)
})

t.test('a seal of another vendor comes back with the reasoning, whatever a client keeps', async t => {
  const response = reply([thought('Hm.', 's1'), text('Looking.'), call('c1'), call('c2')])
  const whole = sentBack(response, everything).filter(part => part.type !== 'text')
  t.match(whole, [{ type: 'reasoning', text: 'Hm.', seal: { data: 's1' } }, { id: 'c1' }, { id: 'c2' }])
  t.strictSame(sealsOf(whole), [['reasoning', 's1', 'anthropic-claude-v1']])

  const bare = sentBack(response, withoutThoughts)
  t.match(bare, [
    { type: 'reasoning', seal: { data: 's1' } },
    { type: 'text', text: 'Looking.' },
    { id: 'c1' },
    { id: 'c2' }
  ])
  t.strictSame(sealsOf(bare), [['reasoning', 's1', 'anthropic-claude-v1']], 'before what it led to')
})

t.test('an answer without a call brings its seal where the client keeps thoughts', async t => {
  const spoken = sentBack(reply([thought('Hm.', 's1'), text('Hello.')]), everything)
  t.match(spoken[0], { type: 'reasoning', text: 'Hm.', seal: { data: 's1' } })
  const hidden: Part = { type: 'reasoning', hidden: true, seal: foreign('s2', 'redacted') }
  const opened = sentBack(reply([hidden, text('Hello.')]), everything)
  t.match(opened[0], { type: 'reasoning', hidden: true, seal: foreign('s2', 'redacted') })
})

t.test('signatures of the service itself are sent back as they were', async t => {
  const response = reply([
    { type: 'reasoning', text: 'Hm.', hidden: false },
    text('Looking.', { seal: own('czE=') }),
    call('c1', '{}', { seal: own('czI=') }),
    call('c2')
  ])
  const parts = sentBack(response, everything)
  t.match(sealsOf(parts), [
    ['text', 'czE=', 'google-gemini-v1'],
    ['tool_call', 'czI=', 'google-gemini-v1']
  ])
  const { body } = gemini.request.encode(
    gemini.request.decode(
      { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }, ...everything(written(response))] },
      HEAD
    ),
    { provider: 'p', model: 'm' }
  )
  const contents = wired(body).contents as { parts: JsonObject[] }[]
  const call1 = contents.flatMap(content => content.parts).find(part => isObject(part.functionCall))
  t.equal(call1?.thoughtSignature, 'czI=')
})
