import { CREATED, conversation, DELTAS, ID, INPUT_TOKENS, pieces, replyText, SETTINGS, type Shape } from '../content.ts'
import { END_MARK } from '../words.ts'
import { type Ask, at, stringOf, type WireFormat } from './wire.ts'

const usage = (n: number) => ({ prompt_tokens: INPUT_TOKENS, completion_tokens: n, total_tokens: INPUT_TOKENS + n })

function body({ model, size, stream }: Ask): object {
  const { system, turns, last, tools } = conversation(size)
  return {
    model,
    messages: [
      { role: 'system', content: system },
      ...turns.flatMap(({ question, callId, args, result, answer }) => [
        { role: 'user', content: question },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: callId, type: 'function', function: { name: 'tool_0', arguments: JSON.stringify(args) } }]
        },
        { role: 'tool', tool_call_id: callId, content: result },
        { role: 'assistant', content: answer }
      ]),
      { role: 'user', content: last }
    ],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({
        type: 'function',
        function: { name, description, parameters: schema }
      }))
    }),
    max_tokens: SETTINGS.maxTokens,
    temperature: SETTINGS.temperature,
    ...(stream && { stream: true, stream_options: { include_usage: true } })
  }
}

function whole(shape: Shape): object {
  const message = { role: 'assistant', content: replyText(shape), refusal: null }
  return {
    id: `chatcmpl-${ID}`,
    object: 'chat.completion',
    created: CREATED,
    model: `bench-${shape}`,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: usage(DELTAS[shape]),
    system_fingerprint: 'fp_0123456789'
  }
}

function events(shape: Shape): string[] {
  const chunk = (choices: unknown, rest: object = {}) =>
    `data: ${JSON.stringify({
      id: `chatcmpl-${ID}`,
      object: 'chat.completion.chunk',
      created: CREATED,
      model: `bench-${shape}`,
      system_fingerprint: 'fp_0123456789',
      choices,
      ...rest
    })}\n\n`
  const delta = (value: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: finish }])
  return [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...pieces(shape).map(content => delta({ content })),
    delta({}, 'stop'),
    chunk([], { usage: usage(DELTAS[shape]) }),
    'data: [DONE]\n\n'
  ]
}

/** chat is Chat Completions. */
export const chat: WireFormat = {
  provider: 'openai',
  path: () => '/v1/chat/completions',
  credential: 'authorization: Bearer bench',
  body,
  whole,
  events,
  eventsToText: 2,
  endOfWhole: END_MARK,
  endOfStream: 'data: [DONE]',
  textOf: reply => stringOf(at(reply, 'choices', 0, 'message', 'content')),
  deltaOf: event => stringOf(at(event, 'choices', 0, 'delta', 'content'))
}
