import {
  createError,
  type EventBatch,
  endEvent,
  finishEvent,
  fold,
  type Part,
  partEnd,
  partStart,
  ReplyBuilder,
  type ReplyMeta,
  type Seal,
  startEvent,
  textDelta,
  usageEvent,
  valueDelta
} from '@isthmus/core'
import { decodeEnvelope, isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import { head, OPTIONS, readWithSdk, streamOf, wired } from './support.ts'

const frames = (stream: string): JsonObject[] =>
  stream
    .split('\n\n')
    .filter(frame => frame !== '')
    .map(frame => {
      const [name, data] = frame.split('\n')
      const parsed = JSON.parse(data!.slice('data: '.length)) as JsonObject
      if (name !== `event: ${String(parsed.type)}`) throw new Error(`the event ${name} holds ${String(parsed.type)}`)
      return parsed
    })
const types = (stream: string) => frames(stream).map(frame => frame.type)

const reply = (write: (out: ReplyBuilder) => void, reason: 'stop' | 'tool_calls' | 'length' = 'stop'): EventBatch => {
  const out = new ReplyBuilder()
  out.start('msg_1', 'claude')
  write(out)
  out.finish(0, { reason, native: '' })
  out.end()
  return out.take()
}
const call = (id: string, name = 'f'): Part => ({ type: 'tool_call', id, name, kind: 'function', argsText: '' })
const STOP = { reason: 'stop', native: '' } as const
const textPart: Part = { type: 'text', text: '' }
const seal = (format: string, kind: Seal['kind'] = 'signature'): Seal => ({
  kind,
  data: 'sealed',
  issuer: { provider: '', modelFamily: '', format }
})

t.test('a plain answer has the events that clients wait for, numbers and all', async t => {
  const stream = streamOf(reply(out => out.whole(0, { type: 'text', text: 'Hi "there"' })))
  t.same(frames(stream), [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: { input_tokens: 0, cache_creation_input_tokens: null, cache_read_input_tokens: null, output_tokens: 0 }
      }
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi "there"' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null },
      usage: { input_tokens: 0, cache_creation_input_tokens: null, cache_read_input_tokens: null, output_tokens: 0 }
    },
    { type: 'message_stop' }
  ])
})

t.test('blocks open empty but whole', async t => {
  const stream = streamOf(
    reply(out => {
      out.whole(0, { type: 'reasoning', text: 'hm', hidden: false })
      out.whole(0, { ...call('a'), type: 'tool_call', name: 'f', kind: 'function', id: 'a', argsText: '{"x":1}' })
    })
  )
  const opened = frames(stream).filter(frame => frame.type === 'content_block_start')
  t.same(opened, [
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} } }
  ])
})

t.test('an empty part leaves no block', async t => {
  const stream = streamOf(reply(out => out.whole(0, textPart)))
  t.same(types(stream), ['message_start', 'message_delta', 'message_stop'])
})

t.test('usage that comes after the finish is in the message’s end', async t => {
  const encoder = messages.response.encoder(OPTIONS)
  const early = encoder.push([startEvent('m', 'c'), finishEvent(0, { reason: 'stop', native: '' })])
  t.notMatch(early, /message_delta/)
  const late = encoder.push([
    usageEvent({ input: { fresh: 3, cacheRead: 2 }, output: { total: 4, reasoning: 1 } }),
    endEvent()
  ])
  t.match(frames(late)[0], {
    type: 'message_delta',
    usage: {
      input_tokens: 3,
      cache_read_input_tokens: 2,
      output_tokens: 4,
      output_tokens_details: { thinking_tokens: 1 }
    }
  })
})

t.test('calls that interleave are written one after the other', async t => {
  const stream = streamOf(
    reply(out => {
      const a = out.open(0, call('a'))
      const b = out.open(0, call('b', 'g'))
      out.append(a, 'args', '{"a":')
      out.append(b, 'args', '{"b":')
      out.append(a, 'args', '1}')
      out.append(b, 'args', '2}')
      out.close(b)
      out.close(a)
    }, 'tool_calls')
  )
  t.same(
    frames(stream)
      .map(frame => [frame.type, frame.index])
      .slice(1, -2),
    [
      ['content_block_start', 0],
      ['content_block_delta', 0],
      ['content_block_delta', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1],
      ['content_block_delta', 1],
      ['content_block_stop', 1]
    ]
  )
  t.match(await readWithSdk(stream), {
    content: [
      { id: 'a', input: { a: 1 } },
      { id: 'b', input: { b: 2 } }
    ],
    stop_reason: 'tool_use'
  })
})

t.test('a text that stays open does not hold up the call after it, and goes on in a block of its own', async t => {
  const encoder = messages.response.encoder(OPTIONS)
  const before = encoder.push([
    startEvent('m', 'c'),
    partStart(0, 0, textPart),
    textDelta(0, 0, 'text', 'one '),
    partStart(0, 1, call('a')),
    textDelta(0, 1, 'args', '{}')
  ])
  t.match(before, /input_json_delta/)
  const after = encoder.push([
    textDelta(0, 0, 'text', 'two'),
    partEnd(0, 1, { ...call('a'), argsText: '{}' } as Part),
    partEnd(0, 0, { type: 'text', text: 'one two' }),
    finishEvent(0, { reason: 'stop', native: '' }),
    endEvent()
  ])
  t.match(await readWithSdk(before + after), {
    content: [{ text: 'one ' }, { type: 'tool_use', input: {} }, { text: 'two' }],
    stop_reason: 'tool_use'
  })
})

t.test('the reason is tool_use when a call went out, unless the answer was cut', async t => {
  const reasonOf = (events: EventBatch) => (frames(streamOf(events)).at(-2)!.delta as JsonObject).stop_reason
  t.equal(reasonOf(reply(out => out.whole(0, call('a')), 'stop')), 'tool_use')
  t.equal(reasonOf(reply(out => out.whole(0, call('a')), 'length')), 'max_tokens')
  t.equal(reasonOf(reply(out => out.whole(0, textPart), 'tool_calls')), 'end_turn')
})

t.test('a stop sequence is only named if it is known', async t => {
  const ended = (matchedStop?: string, native = '') => {
    const encoder = messages.response.encoder(OPTIONS)
    const finish = finishEvent(0, {
      reason: 'stop_sequence',
      native,
      ...(matchedStop !== undefined && { matchedStop })
    })
    return frames(encoder.push([startEvent('m', 'c'), finish, endEvent()]))[1]?.delta
  }
  t.match(ended('END'), { stop_reason: 'stop_sequence', stop_sequence: 'END' })
  t.match(ended(), { stop_reason: 'end_turn', stop_sequence: null })
  t.match(ended(undefined, 'stop_sequence'), { stop_reason: 'stop_sequence', stop_sequence: null })
})

t.test('a refusal is text, and the message says that it is one', async t => {
  const message = await readWithSdk(streamOf(reply(out => out.whole(0, { type: 'refusal', text: 'No.' }))))
  t.match(message, { content: [{ type: 'text', text: 'No.' }], stop_reason: 'refusal' })
})

t.test('a seal goes out as a signature: its own vendor’s raw, another’s in an envelope', async t => {
  const signed = (part: Part) => frames(streamOf(reply(out => out.whole(0, part))))
  const own = signed({ type: 'reasoning', text: 'hm', hidden: false, seal: seal('anthropic-claude-v1') })
  t.ok(own.some(frame => (frame.delta as JsonObject)?.signature === 'sealed'))
  const foreign = signed({ type: 'reasoning', hidden: true, seal: seal('openai-responses-v1', 'encrypted') })
  const block = foreign[1]?.content_block as JsonObject
  t.equal(block.type, 'redacted_thinking')
  t.same(decodeEnvelope(String(block.data))?.seal, seal('openai-responses-v1', 'encrypted'))
})

t.test('the seal of a call travels beside it, and the request brings both together again', async t => {
  const google = seal('google-gemini-v1', 'thought_signature')
  const part: Part = { type: 'tool_call', id: 'a:1', name: 'f', kind: 'function', argsText: '{}', seal: google }
  const message = await readWithSdk(streamOf(reply(out => out.whole(0, part), 'tool_calls')))
  const body = {
    model: 'm',
    max_tokens: 5,
    messages: [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: message.content }
    ]
  }
  const parts = messages.request.decode(body, head()).messages[1]?.parts
  t.match(parts, [{ type: 'tool_call', seal: google }])
  t.equal(parts?.length, 1)
})

t.test('ids that the service would refuse later are made legal, and missing ones are made', async t => {
  const message = await readWithSdk(
    streamOf(
      reply(out => {
        out.whole(0, call('functions.f:0'))
        out.whole(0, call(''))
      })
    )
  )
  const ids = (message.content as { id: string }[]).map(block => block.id)
  for (const id of ids) t.match(id, /^[a-zA-Z0-9_-]+$/)
  t.not(ids[0], ids[1])
})

t.test('free text of a call becomes its input once it is whole', async t => {
  const note = { type: 'tool_call', name: 'note', kind: 'custom', argsText: '' } as const
  const events = reply(out => {
    const a = out.open(0, { ...note, id: 'a' })
    const b = out.open(0, { ...note, id: 'b' })
    out.append(a, 'args', 'two ')
    out.append(b, 'args', '{"x":1}')
    out.append(a, 'args', '"lines"\n')
    out.close(b)
    out.close(a)
  }, 'tool_calls')
  const deltas = frames(streamOf(events)).flatMap(({ delta }) => (isObject(delta) ? (delta.partial_json ?? []) : []))
  t.same(deltas, ['{"input":"two \\"lines\\"\\n"}', '{"input":"{\\"x\\":1}"}'])
  t.match(await readWithSdk(streamOf(events)), {
    content: [{ input: { input: 'two "lines"\n' } }, { input: { input: '{"x":1}' } }]
  })
})

t.test('the service tier stands in the usage, as soon as it is known', async t => {
  const tiers = (start?: ReplyMeta, end?: ReplyMeta) => {
    const stream = streamOf([startEvent('m', 'c', 1, undefined, start), finishEvent(0, STOP), endEvent(end)])
    const [first, last] = frames(stream) as [{ message: { usage: JsonObject } }, { usage: JsonObject }]
    return [first.message.usage.service_tier, last.usage.service_tier]
  }
  t.same(tiers({ serviceTier: 'default' }), ['standard', 'standard'])
  t.same(tiers(undefined, { serviceTier: 'priority' }), [undefined, 'priority'])
})

t.test('citations of other vendors become the nearest kind', async t => {
  const message = await readWithSdk(
    streamOf(
      reply(out => {
        const open = out.open(0, textPart)
        out.append(open, 'text', 'See there.')
        out.set(open, 'annotation', { kind: 'url', url: 'https://x.example', title: 'X' })
      })
    )
  )
  t.match(message.content, [
    { citations: [{ type: 'web_search_result_location', url: 'https://x.example', title: 'X' }] }
  ])
})

t.test('what only another service understands is left out, and holds nothing up', async t => {
  const native = { format: 'responses', object: {} }
  const events = reply(out => {
    const search = out.open(0, { type: 'hosted_call', kind: 'web_search', id: 'h', native })
    out.append(search, 'args', '{"query":"x"}')
    const said = out.open(0, textPart)
    out.append(said, 'text', 'Found it.')
    out.close(search)
    out.whole(0, { type: 'hosted_result', kind: 'web_search', id: 'h', native })
    out.whole(0, { type: 'opaque', native, replay: 'same_dialect', describe: 'A block.' })
  })
  const content = [{ type: 'text', text: 'Found it.' }]
  const stream = streamOf(events)
  t.match((await readWithSdk(stream)).content, content)
  t.same(wired(messages.response.encode(fold(events), OPTIONS)).content, content)
  t.match(frames(stream)[1], { type: 'content_block_start', index: 0 })
})

t.test('paragraphs of a summary are one thought with blank lines between', async t => {
  const message = await readWithSdk(
    streamOf(reply(out => out.whole(0, { type: 'reasoning', hidden: false, summary: ['one', 'two'] })))
  )
  t.match(message.content, [{ type: 'thinking', thinking: 'one\n\ntwo' }])
})

t.test('reasoning that is not shown has no block to grow in', async t => {
  const sealed = seal('openai-responses-v1', 'encrypted')
  const stream = streamOf(
    reply(out => out.whole(0, { type: 'reasoning', hidden: true, text: '', summary: [''], seal: sealed }))
  )
  t.same(
    frames(stream).map(frame => frame.type),
    ['message_start', 'content_block_start', 'content_block_stop', 'message_delta', 'message_stop']
  )
})

t.test('an error ends the stream, and so does an end that nobody announced', async t => {
  const error = createError('TEST_ERROR', 'upstream_overloaded', 'busy')()
  const encoder = messages.response.encoder(OPTIONS)
  const text =
    encoder.push([startEvent('m', 'c'), partStart(0, 0, textPart), textDelta(0, 0, 'text', 'a')]) + encoder.fail(error)
  t.match(frames(text).at(-1), { type: 'error', error: { type: 'overloaded_error', message: 'busy' } })
  t.equal(encoder.fail(error) + encoder.end() + (encoder.ping?.() ?? ''), '')
  await t.rejects(readWithSdk(text))
  t.equal(types(messages.response.encoder(OPTIONS).end()).at(-1), 'error')
})

t.test('a keep-alive may come before anything else', async t => {
  const encoder = messages.response.encoder(OPTIONS)
  const ping = encoder.ping?.() ?? ''
  t.same(frames(ping), [{ type: 'ping' }])
  t.match(await readWithSdk(ping + encoder.push(reply(out => out.whole(0, { type: 'text', text: 'a' })))), {
    content: [{ text: 'a' }]
  })
})

t.test('what a stream says and what a whole reply says is the same', async t => {
  const image: Part = { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } }
  const events = reply(out => {
    out.whole(0, { type: 'text', text: 'a' })
    out.whole(0, image)
    out.set(out.open(0, textPart), 'logprobs', [])
  })
  t.match(await readWithSdk(streamOf(events)), { content: [{ text: 'a' }, { type: 'text', text: '[image]' }] })
  t.ok(valueDelta(0, 0, 'logprobs', []))
})
