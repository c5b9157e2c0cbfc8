import type { Wire } from './bodies.ts'
import { END_MARK, words } from './words.ts'

/**
 * Shape names what the fake upstream does; a request chooses it by the model `bench-<shape>`, since a gateway passes on
 * the model and not the client's headers.
 */
export type Shape = 'whole' | 'short' | 'paced' | 'saturated' | 'burst' | 'idle'

/** DELTAS is how many text deltas a shape's reply has. */
export const DELTAS: Readonly<Record<Shape, number>> = {
  whole: 60,
  short: 5,
  paced: 100,
  saturated: 200,
  burst: 200,
  idle: 1
}

const pieces = (shape: Shape): string[] => [
  ...Array.from({ length: DELTAS[shape] - 1 }, (_, n) => `${words(14, n * 31 + 5)} `),
  END_MARK
]

/** replyText is the text that a client must have received. */
export const replyText = (shape: Shape): string => pieces(shape).join('')

const ID = 'AbCdEfGh0123456789AbCdEf'

function chatEvents(shape: Shape): string[] {
  const chunk = (choices: unknown, rest: object = {}) =>
    `data: ${JSON.stringify({
      id: `chatcmpl-${ID}`,
      object: 'chat.completion.chunk',
      created: 1760000000,
      model: `bench-${shape}`,
      system_fingerprint: 'fp_0123456789',
      choices,
      ...rest
    })}\n\n`
  const delta = (value: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: finish }])
  const n = DELTAS[shape]
  return [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...pieces(shape).map(content => delta({ content })),
    delta({}, 'stop'),
    chunk([], { usage: { prompt_tokens: 200, completion_tokens: n, total_tokens: 200 + n } }),
    'data: [DONE]\n\n'
  ]
}

function messagesEvents(shape: Shape): string[] {
  const event = (value: { readonly type: string }) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`
  const message = {
    id: `msg_${ID}`,
    type: 'message',
    role: 'assistant',
    model: `bench-${shape}`,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 200, output_tokens: 1 }
  }
  const make = <T extends { readonly type: string }>(value: T) => event(value)
  return [
    make({ type: 'message_start', message }),
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

/** replyEvents are the server-sent events of a streamed reply, one string each. */
export const replyEvents = (wire: Wire, shape: Shape): string[] =>
  wire === 'chat' ? chatEvents(shape) : messagesEvents(shape)

/** replyBody is a reply that is not streamed. */
export function replyBody(wire: Wire): string {
  const n = DELTAS.whole
  if (wire === 'chat') {
    return JSON.stringify({
      id: `chatcmpl-${ID}`,
      object: 'chat.completion',
      created: 1760000000,
      model: 'bench-whole',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: replyText('whole'), refusal: null },
          logprobs: null,
          finish_reason: 'stop'
        }
      ],
      usage: { prompt_tokens: 200, completion_tokens: n, total_tokens: 200 + n },
      system_fingerprint: 'fp_0123456789'
    })
  }
  return JSON.stringify({
    id: `msg_${ID}`,
    type: 'message',
    role: 'assistant',
    model: 'bench-whole',
    content: [{ type: 'text', text: replyText('whole') }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 200, output_tokens: n }
  })
}
