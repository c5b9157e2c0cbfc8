import { CREATED, conversation, DELTAS, ID, INPUT_TOKENS, pieces, replyText, SETTINGS, type Shape } from '../content.ts'
import { END_MARK, words } from '../words.ts'
import { type Ask, at, joined, named, stringOf, type WireFormat } from './wire.ts'

function body({ model, size, stream }: Ask): object {
  const { system, turns, last, tools } = conversation(size)
  return {
    model,
    instructions: system,
    input: [
      ...turns.flatMap(({ question, callId, args, result, answer }) => [
        { role: 'user', content: question },
        { type: 'function_call', call_id: callId, name: 'tool_0', arguments: JSON.stringify(args) },
        { type: 'function_call_output', call_id: callId, output: result },
        { role: 'assistant', content: answer }
      ]),
      { role: 'user', content: last }
    ],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({
        type: 'function',
        name,
        description,
        parameters: schema,
        strict: false
      }))
    }),
    max_output_tokens: SETTINGS.maxTokens,
    temperature: SETTINGS.temperature,
    // As agents ask. What it costs to keep replies is another figure's business.
    store: false,
    ...(stream && { stream: true })
  }
}

const ITEM = `msg_${ID}`
const part = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text })
const item = (status: string, content: readonly object[]) => ({
  id: ITEM,
  type: 'message',
  status,
  content,
  role: 'assistant'
})

const response = (shape: Shape, status: string, output: readonly object[], usage: object | null) => ({
  id: `resp_${ID}`,
  object: 'response',
  created_at: CREATED,
  status,
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: SETTINGS.maxTokens,
  max_tool_calls: null,
  model: `bench-${shape}`,
  output,
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  store: false,
  temperature: SETTINGS.temperature,
  text: { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  usage,
  user: null,
  metadata: {}
})

function whole(shape: Shape, text = replyText(shape)): object {
  const n = DELTAS[shape]
  return response(shape, 'completed', [item('completed', [part(text)])], {
    input_tokens: INPUT_TOKENS,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: n,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: INPUT_TOKENS + n
  })
}

function events(shape: Shape): string[] {
  const all: string[] = []
  const add = (type: string, members: object) => all.push(named({ type, sequence_number: all.length, ...members }))
  const place = { item_id: ITEM, output_index: 0, content_index: 0 }
  const text = replyText(shape)
  add('response.created', { response: response(shape, 'in_progress', [], null) })
  add('response.in_progress', { response: response(shape, 'in_progress', [], null) })
  add('response.output_item.added', { output_index: 0, item: item('in_progress', []) })
  add('response.content_part.added', { ...place, part: part('') })
  pieces(shape).forEach((delta, n) => {
    // Padding of random length is what the vendor sends unless asked not to.
    add('response.output_text.delta', { ...place, delta, logprobs: [], obfuscation: words(1 + ((n * 7) % 15), n) })
  })
  add('response.output_text.done', { ...place, text, logprobs: [] })
  add('response.content_part.done', { ...place, part: part(text) })
  add('response.output_item.done', { output_index: 0, item: item('completed', [part(text)]) })
  add('response.completed', { response: whole(shape) })
  return all
}

/** responses is the Responses API. */
export const responses: WireFormat = {
  provider: 'openai-responses',
  path: () => '/v1/responses',
  credential: 'authorization: Bearer bench',
  body,
  whole: shape => whole(shape),
  events,
  eventsToText: 5,
  endOfWhole: END_MARK,
  endOfStream: 'event: response.completed',
  textOf: reply => joined(at(reply, 'output'), one => joined(at(one, 'content'), inner => at(inner, 'text'))),
  deltaOf: event => (at(event, 'type') === 'response.output_text.delta' ? stringOf(at(event, 'delta')) : '')
}
