import { conversation, DELTAS, ID, INPUT_TOKENS, pieces, replyText, SETTINGS, type Shape } from '../content.ts'
import { END_MARK } from '../words.ts'
import { type Ask, at, joined, named, stringOf, type WireFormat } from './wire.ts'

function body({ model, size, stream }: Ask): object {
  const { system, turns, last, tools } = conversation(size)
  return {
    model,
    system,
    messages: [
      ...turns.flatMap(({ question, callId, args, result, answer }) => [
        { role: 'user', content: question },
        { role: 'assistant', content: [{ type: 'tool_use', id: callId, name: 'tool_0', input: args }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: callId, content: result }] },
        { role: 'assistant', content: answer }
      ]),
      { role: 'user', content: last }
    ],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema }))
    }),
    max_tokens: SETTINGS.maxTokens,
    temperature: SETTINGS.temperature,
    ...(stream && { stream: true })
  }
}

const message = (shape: Shape) => ({ id: `msg_${ID}`, type: 'message', role: 'assistant', model: `bench-${shape}` })

const whole = (shape: Shape): object => ({
  ...message(shape),
  content: [{ type: 'text', text: replyText(shape) }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: INPUT_TOKENS, output_tokens: DELTAS[shape] }
})

function events(shape: Shape): string[] {
  const start = {
    ...message(shape),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: INPUT_TOKENS, output_tokens: 1 }
  }
  const make = <T extends { readonly type: string }>(value: T) => named(value)
  return [
    make({ type: 'message_start', message: start }),
    make({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...pieces(shape).map(text => make({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    make({ type: 'content_block_stop', index: 0 }),
    make({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: DELTAS[shape] }
    }),
    make({ type: 'message_stop' })
  ]
}

/** messages is the Messages API. */
export const messages: WireFormat = {
  provider: 'anthropic',
  path: () => '/v1/messages',
  credential: 'x-api-key: bench\r\nanthropic-version: 2023-06-01',
  body,
  whole,
  events,
  eventsToText: 3,
  endOfWhole: END_MARK,
  endOfStream: '"message_stop"',
  textOf: reply => joined(at(reply, 'content'), block => at(block, 'text')),
  deltaOf: event => stringOf(at(event, 'delta', 'text'))
}
