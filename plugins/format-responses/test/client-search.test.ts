import { type EventBatch, ReplyBuilder } from '@isthmus/core'
import { replyOptions, requestHead } from '@isthmus/core/testing'
import t from 'tap'
import { responses } from '../src/index.ts'

const target = { provider: 'p', model: 'm' }
const search = {
  type: 'tool_search',
  execution: 'client',
  description: 'Finds tools.',
  parameters: { type: 'object', properties: { query: { type: 'string' } } }
}
const tide = {
  type: 'function',
  name: 'tide',
  description: 'Tells the tide.',
  parameters: { type: 'object' },
  strict: true
}
const body = {
  model: 'm',
  input: [
    { type: 'message', role: 'user', content: 'When is high tide?' },
    {
      type: 'tool_search_call',
      id: 'tsc_1',
      call_id: 'call_1',
      execution: 'client',
      status: 'completed',
      arguments: { query: 'tide' }
    },
    { type: 'tool_search_output', call_id: 'call_1', execution: 'client', status: 'completed', tools: [tide] }
  ],
  tools: [search]
}
const decode = (wire: unknown) => responses.request.decode(wire, requestHead())

t.test('a search that the client runs is a function for every model, and what it found are tools', async t => {
  const request = decode(body)
  t.same(
    request.tools.map(tool => [tool.type, tool.type === 'hosted' ? '' : tool.name]),
    [
      ['function', 'tool_search'],
      ['function', 'tide']
    ]
  )
  t.match(request.messages[1]?.parts[0], { type: 'tool_call', id: 'call_1', argsText: '{"query":"tide"}' })
  t.match(request.messages[2]?.parts[0], { type: 'tool_result', callId: 'call_1' })
})

t.test('for an upstream of this format it goes out as it came', async t => {
  const { body: wire } = responses.request.encode(decode(body), target)
  t.same(wire.tools, body.tools)
  t.same(wire.input, body.input)
})

t.test('a found tool that is declared already is not declared twice', async t => {
  const request = decode({ ...body, tools: [search, tide] })
  t.equal(request.tools.length, 2)
  t.same(responses.request.encode(request, target).body.tools, [search, tide])
})

t.test('a search that the service runs stays a hosted tool', async t => {
  t.match(decode({ ...body, input: 'Hi', tools: [{ type: 'tool_search' }] }).tools, [{ type: 'hosted' }])
})

function reply(): EventBatch {
  const out = new ReplyBuilder()
  out.start('r_1', 'm')
  out.whole(0, { type: 'tool_call', id: 'call_2', name: 'tool_search', kind: 'function', argsText: '{"query":"tide"}' })
  out.finish(0, { reason: 'tool_calls', native: '' })
  out.end()
  return out.take()
}
const item = {
  type: 'tool_search_call',
  call_id: 'call_2',
  execution: 'client',
  status: 'completed',
  arguments: { query: 'tide' }
}

t.test("another vendor's call of it reaches the client as the item it runs", async t => {
  const options = replyOptions({ context: decode(body).reply.context })
  const encoder = responses.response.encoder(options)
  const text = encoder.push(reply()) + encoder.end()
  const events = text.split('\n').flatMap(line => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []))
  t.match(
    events.find(event => event.type === 'response.output_item.added'),
    { item: { type: 'tool_search_call', execution: 'client' } }
  )
  t.match(
    events.find(event => event.type === 'response.output_item.done'),
    { item }
  )
  t.notOk(events.some(event => /arguments/.test(event.type)))
  const folded = responses.response.encode(
    {
      id: 'r_1',
      model: 'm',
      choices: [
        {
          index: 0,
          parts: [
            { type: 'tool_call', id: 'call_2', name: 'tool_search', kind: 'function', argsText: '{"query":"tide"}' }
          ],
          finish: { reason: 'tool_calls', native: '' }
        }
      ]
    },
    options
  )
  t.match(folded, { output: [item] })
})

t.test('a function of that name in a request without a search stays a function', async t => {
  const encoder = responses.response.encoder(
    replyOptions({ context: decode({ model: 'm', input: 'Hi' }).reply.context })
  )
  t.match(encoder.push(reply()) + encoder.end(), /"type":"function_call"/)
})
