import { type EventBatch, ReplyBuilder, type Seal, type ToolCallPart } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { typesOf } from './support/reply-of.ts'
import { framesOf, readStream, streamOf } from './support/sdk.ts'

const call = (id: string, kind: ToolCallPart['kind'] = 'function'): ToolCallPart => ({
  type: 'tool_call',
  id,
  name: 'f',
  kind,
  argsText: ''
})

function replyWith(write: (out: ReplyBuilder) => void): EventBatch {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  write(out)
  out.finish(0, { reason: 'tool_calls', native: '' })
  out.end()
  return out.take()
}

/** stepsOf gives the events about calls: what happens, to which item, and what is said. */
const stepsOf = (frames: readonly JsonObject[]): string[] =>
  typesOf(frames).flatMap((type, at) => {
    const { output_index: index, delta, arguments: whole, input, item } = frames[at] as JsonObject
    const told = delta ?? whole ?? input ?? (item as JsonObject | undefined)?.arguments ?? ''
    return index === undefined ? [] : `${type.replace('function_call_arguments', 'args')} ${index} ${told}`.trim()
  })

t.test('calls that interleave come one after the other, each done before the next begins', async t => {
  const reply = replyWith(out => {
    const [one, two, three, four] = [call('a'), call('b'), call('c', 'custom'), call('d')].map(part =>
      out.open(0, part)
    )
    for (const text of ['{"n":', '{}', '}']) {
      out.append(two!, 'args', text)
      out.append(one!, 'args', text)
    }
    out.append(four!, 'args', '{}')
    out.append(three!, 'args', 'go')
  })
  const stream = streamOf(reply)
  t.same(stepsOf(framesOf(stream)), [
    'output_item.added 0',
    'args.delta 0 {"n":',
    'args.delta 0 {}',
    'args.delta 0 }',
    'args.done 0 {"n":{}}',
    'output_item.done 0 {"n":{}}',
    'output_item.added 1',
    'args.delta 1 {"n":',
    'args.delta 1 {}',
    'args.delta 1 }',
    'args.done 1 {"n":{}}',
    'output_item.done 1 {"n":{}}',
    'output_item.added 2',
    'custom_tool_call_input.delta 2 go',
    'custom_tool_call_input.done 2 go',
    'output_item.done 2',
    'output_item.added 3',
    'args.delta 3 {}',
    'args.done 3 {}',
    'output_item.done 3 {}'
  ])
  const { output } = (await readStream(stream)) as unknown as { readonly output: readonly JsonObject[] }
  t.same(
    output.map(item => [item.call_id, item.status, item.arguments ?? item.input]),
    [
      ['a', 'completed', '{"n":{}}'],
      ['b', 'completed', '{"n":{}}'],
      ['c', 'completed', 'go'],
      ['d', 'completed', '{}']
    ]
  )
})

t.test('a call that is whole is done when the next begins, though its end and its seal come later', async t => {
  const issuer = { provider: 'p', modelFamily: 'gemini', format: 'google-gemini-v1' }
  const seal: Seal = { kind: 'thought_signature', data: 'c2ln', issuer }
  const reply = replyWith(out => {
    const one = out.open(0, call('a'))
    out.append(one, 'args', '{"a":1}')
    const two = out.open(0, call('b'))
    out.append(two, 'args', '{"b":2}')
    out.set(one, 'seal', seal)
  })
  const frames = framesOf(streamOf(reply))
  t.same(stepsOf(frames), [
    'output_item.added 0',
    'args.delta 0 {"a":1}',
    'args.done 0 {"a":1}',
    'output_item.done 0 {"a":1}',
    'output_item.added 1',
    'args.delta 1 {"b":2}',
    'args.done 1 {"b":2}',
    'output_item.done 1 {"b":2}',
    'output_item.added 2',
    'output_item.done 2'
  ])
  const { output } = frames.at(-1)!.response as { readonly output: readonly JsonObject[] }
  t.match(output[2], { type: 'reasoning', encrypted_content: String })
})

t.test('calls do not wait for longer than until another item begins, which is to stand behind them', async t => {
  const reply = replyWith(out => {
    const [one, two] = [call('a'), call('b')].map(part => out.open(0, part))
    out.append(one!, 'args', '{"a":')
    out.append(two!, 'args', '{"b":')
    const text = out.open(0, { type: 'text', text: '' })
    out.append(text, 'text', 'Hi')
    out.append(two!, 'args', '2}')
    out.append(one!, 'args', '1}')
  })
  const stream = streamOf(reply)
  t.same(stepsOf(framesOf(stream)).slice(0, 7), [
    'output_item.added 0',
    'args.delta 0 {"a":',
    'output_item.added 1',
    'args.delta 1 {"b":',
    'output_item.added 2',
    'content_part.added 2',
    'output_text.delta 2 Hi'
  ])
  const { output } = (await readStream(stream)) as unknown as { readonly output: readonly JsonObject[] }
  t.same(
    output.map(item => item.arguments),
    ['{"a":1}', '{"b":2}', undefined]
  )
})

t.test('what an upstream says of a call that is done adds nothing to it', async t => {
  const reply = replyWith(out => {
    const one = out.open(0, call('a'))
    const two = out.open(0, call('b'))
    out.append(one, 'args', '{}')
    out.append(two, 'args', '{')
    out.append(one, 'args', '\n')
    out.append(two, 'args', '}')
  })
  t.same(stepsOf(framesOf(streamOf(reply))), [
    'output_item.added 0',
    'args.delta 0 {}',
    'args.done 0 {}',
    'output_item.done 0 {}',
    'output_item.added 1',
    'args.delta 1 {',
    'args.delta 1 }',
    'args.done 1 {}',
    'output_item.done 1 {}'
  ])
})
