import type { IrResponse, Part, Seal } from '@isthmus/core'
import { replyOptions, requestHead } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { responses } from '../src/index.ts'

/*
 * A client keeps what it was answered and sends it again with its next request. What then is read must be what the model
 * said: who sealed it refuses anything else.
 */

const tools = [
  { type: 'function', name: 'read', parameters: {} },
  { type: 'namespace', name: 'disk', description: '', tools: [{ type: 'function', name: 'read', parameters: {} }] },
  { type: 'custom', name: 'patch' }
]

const asked = responses.request.decode({ model: 'm', input: 'Go.', tools }, requestHead())

/** looped gives the parts of the turn as they are read when the client sends them again. */
function looped(parts: readonly Part[]): readonly Part[] {
  const response: IrResponse = {
    id: 'up-1',
    model: 'm',
    choices: [{ index: 0, parts, finish: { reason: 'stop', native: 'end_turn' } }]
  }
  const options = replyOptions({ context: asked.reply.context })
  const { output } = JSON.parse(JSON.stringify(responses.response.encode(response, options))) as {
    output: JsonObject[]
  }
  const next = { model: 'm', tools, input: [{ role: 'user', content: 'Go.' }, ...output] }
  const { messages } = responses.request.decode(next, requestHead())
  t.equal(messages.length, 2, 'one turn of the assistant')
  return messages[1]?.parts ?? []
}

const seal = (kind: Seal['kind'], format: string): Seal => ({
  kind,
  data: 'c2VhbA==',
  issuer: { provider: 'up', modelFamily: 'f', format }
})
const signed = seal('signature', 'anthropic-claude-v1')
const redacted = seal('redacted', 'anthropic-claude-v1')
const thought = seal('thought_signature', 'google-gemini-v1')

t.test('reasoning that another vendor signed comes back with its text and its seal', async t => {
  const parts = looped([
    { type: 'reasoning', text: 'One.\n\nTwo.', hidden: false, seal: signed },
    { type: 'reasoning', hidden: true, seal: redacted },
    { type: 'reasoning', text: '', hidden: false, seal: signed },
    { type: 'text', text: 'Done.' }
  ])
  t.match(parts, [
    { type: 'reasoning', text: 'One.\n\nTwo.', hidden: false, seal: signed },
    { type: 'reasoning', hidden: true, seal: redacted },
    { type: 'reasoning', text: '', hidden: false, seal: signed },
    { type: 'text', text: 'Done.' }
  ])
  t.equal(parts.length, 4)
})

t.test('seals of calls and texts come back on what they were on', async t => {
  const call = (id: string): Part => ({ type: 'tool_call', id, name: 'read', kind: 'function', argsText: '{}' })
  const parts = looped([
    { type: 'text', text: 'I read.', seal: thought },
    { ...call('a'), seal: thought } as Part,
    call('b')
  ])
  t.same(
    parts.map(part => [part.type, part.seal]),
    [
      ['text', thought],
      ['tool_call', thought],
      ['tool_call', undefined]
    ]
  )
})

t.test('calls come back under the names that the other formats know', async t => {
  const parts = looped([
    { type: 'tool_call', id: 'a', name: 'read', kind: 'function', argsText: '{}' },
    { type: 'tool_call', id: 'b', name: 'disk__read', kind: 'function', argsText: '{"x": 1}' },
    { type: 'tool_call', id: 'c', name: 'patch', kind: 'custom', argsText: '*** Begin' }
  ])
  t.match(parts, [
    { id: 'a', name: 'read', argsText: '{}' },
    { id: 'b', name: 'disk__read', namespace: 'disk', argsText: '{"x": 1}' },
    { id: 'c', name: 'patch', kind: 'custom', argsText: '*** Begin' }
  ])
})

t.test('what a client sends again of an upstream of this format goes back as it came', async t => {
  const output = [
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'E' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      phase: 'final_answer',
      content: [{ type: 'output_text', text: 'x', annotations: [], logprobs: [] }]
    },
    { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'read', arguments: '{ }', status: 'completed' }
  ]
  const request = responses.request.decode({ model: 'm', store: false, tools, input: output }, requestHead())
  const { body, gaps } = responses.request.encode(request, { provider: 'up', model: 'm' })
  t.same(gaps, [])
  t.same(body.input, output)
})
