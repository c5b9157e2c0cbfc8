import type { Test } from 'tap'
import { dig, type Format, type Frame, type Json, list } from './raw.ts'

/* What clients read out of an answer. Each line of this has broken somebody. */

/** WHOLE holds a whole answer to what its clients read. */
export const WHOLE: Readonly<Record<Format, (t: Test, body: Json, title: string) => void>> = {
  chat(t, body, title) {
    const { usage } = body as { readonly usage: Json }
    t.match(body, { id: /./, object: 'chat.completion', created: Number, model: /./ }, title)
    t.ok('system_fingerprint' in body, `${title}: system_fingerprint, if only null`)
    t.match(list(body, 'choices')[0], { index: 0, finish_reason: /./, message: { role: 'assistant' } }, title)
    t.ok('content' in (dig(body, 'choices', 0, 'message') as Json), `${title}: content, if only null`)
    for (const call of list(body, 'choices', 0, 'message', 'tool_calls')) {
      t.match(call, { id: /./, type: 'function', function: { name: /./, arguments: String } }, title)
    }
    t.match(usage, { prompt_tokens: Number, completion_tokens: Number, total_tokens: Number }, title)
    if (usage.prompt_tokens_details) t.type(dig(usage, 'prompt_tokens_details', 'cached_tokens'), 'number', title)
    if (usage.completion_tokens_details) {
      t.type(dig(usage, 'completion_tokens_details', 'reasoning_tokens'), 'number', title)
    }
  },
  responses: wholeResponse,
  messages(t, body, title) {
    t.match(body, { type: 'message', id: /./, role: 'assistant', model: /./, content: Array, stop_reason: /./ }, title)
    t.match(body.usage, { input_tokens: Number, output_tokens: Number }, title)
    for (const block of list(body, 'content')) {
      if (block.type === 'text') t.type(block.text, 'string', title)
      else if (block.type === 'thinking') t.match(block, { thinking: String, signature: String }, title)
      else t.match(block, { type: 'tool_use', id: /./, name: /./, input: Object }, title)
      if ('caller' in block) t.match(block.caller, { type: /./ }, title)
    }
  },
  gemini(t, body, title) {
    geminiChunk(t, body, title)
    t.match(dig(body, 'candidates', 0, 'finishReason'), /./, title)
    t.match(body.usageMetadata, { promptTokenCount: Number, totalTokenCount: Number }, title)
  }
}

function wholeResponse(t: Test, body: Json, title: string): void {
  t.match(body, { id: /^resp_/, object: 'response', status: 'completed', output: Array, created_at: Number }, title)
  const needed =
    'completed_at error incomplete_details instructions metadata parallel_tool_calls temperature top_p tool_choice tools ' +
    'presence_penalty frequency_penalty model'
  for (const name of needed.split(' ')) t.ok(name in body, `${title}: ${name}, if only null`)
  t.match(
    body.usage,
    {
      input_tokens: Number,
      output_tokens: Number,
      total_tokens: Number,
      input_tokens_details: { cached_tokens: Number },
      output_tokens_details: { reasoning_tokens: Number }
    },
    title
  )
  for (const item of list(body, 'output')) {
    t.match(item, { id: /./, type: /./ }, title)
    if (item.type === 'message') {
      t.match(
        item,
        { role: 'assistant', status: 'completed', content: [{ type: 'output_text', annotations: [] }] },
        title
      )
    } else if (item.type === 'reasoning') t.ok(Array.isArray(item.summary), title)
    else t.match(item, { status: 'completed', call_id: /./, name: /./, arguments: String }, title)
  }
}

/** geminiChunk: chats leave a turn out of their history when one chunk has no content. */
function geminiChunk(t: Test, body: Json, title: string): void {
  const parts = list(body, 'candidates', 0, 'content', 'parts')
  t.equal(dig(body, 'candidates', 0, 'content', 'role'), 'model', title)
  t.ok(parts.length > 0, `${title}: a part in every chunk`)
  for (const { functionCall } of parts) if (functionCall) t.match(functionCall, { name: /./, args: Object }, title)
  for (const detail of list(body, 'usageMetadata', 'promptTokensDetails')) {
    t.match(detail, { modality: /./, tokenCount: Number }, title)
  }
}

/** STREAMED holds the events of an answer to what its clients read. */
export const STREAMED: Readonly<Record<Format, (t: Test, frames: readonly Frame[], title: string) => void>> = {
  chat: streamedChat,
  responses: streamedResponse,
  messages: streamedMessage,
  gemini(t, frames, title) {
    for (const { event, data } of frames) {
      t.equal(event, undefined, title)
      geminiChunk(t, data, title)
    }
    const ends = frames.map(({ data }) => dig(data, 'candidates', 0, 'finishReason') !== undefined)
    t.equal(ends.indexOf(true), frames.length - 1, `${title}: the finish is in the last chunk`)
  }
}

function streamedChat(t: Test, frames: readonly Frame[], title: string): void {
  t.ok(
    frames.every(({ data }) => Array.isArray(data.choices)),
    title
  )
  const counted = frames.filter(({ data }) => 'usage' in data)
  t.ok(
    counted.every(({ data }) => data.usage !== null && list(data, 'choices').length === 0),
    `${title}: usage has a chunk of its own, or is left out`
  )
  t.notOk(
    frames.some(({ data }) => data.system_fingerprint === null),
    title
  )
  t.equal(dig(frames[0]?.data, 'choices', 0, 'delta', 'role'), 'assistant', title)
  const choices = frames.flatMap(({ data }) => list(data, 'choices'))
  t.ok(
    choices.every(({ index }) => index === 0),
    title
  )
  t.equal(choices.filter(choice => choice.finish_reason).length, 1, title)
  const named = new Set<unknown>()
  const calls = choices.flatMap(choice => list(choice, 'delta', 'tool_calls'))
  for (const call of calls) {
    t.type(call.index, 'number', title)
    if (named.has(call.index)) {
      t.notOk('id' in call || 'type' in call || 'name' in (call.function as Json), `${title}: named once`)
    } else {
      t.match(call, { id: /./, type: 'function', function: { name: /./ } }, title)
      named.add(call.index)
    }
  }
  t.equal(
    choices.some(choice => choice.finish_reason === 'tool_calls'),
    named.size > 0,
    `${title}: only calls end in tool_calls`
  )
}

function streamedResponse(t: Test, frames: readonly Frame[], title: string): void {
  const ids = new Map<unknown, unknown>()
  const opened = new Set<string>()
  frames.forEach(({ event, data }, at) => {
    t.equal(event, data.type, title)
    t.equal(data.sequence_number, at, title)
    if (typeof data.output_index !== 'number') return
    const id = data.item_id ?? dig(data, 'item', 'id')
    t.match(id, /./, `${title}: ${data.type} names its item`)
    t.equal(ids.get(data.output_index) ?? id, id, `${title}: an item keeps its id`)
    ids.set(data.output_index, id)
    const [, what, step] = /^response\.(.*)\.(added|delta|done)$/.exec(String(data.type)) ?? []
    if (what === 'function_call_arguments' && step === 'done') t.match(data, { name: /./, arguments: String }, title)
    const place = `${data.output_index} ${data.content_index ?? data.summary_index ?? ''}`
    const opener = /_part|output_item/.test(what ?? '')
    if (step === 'added') opened.add(place)
    else if (!opener)
      t.ok(opened.has(place) || opened.has(`${data.output_index} `), `${title}: ${data.type} was opened`)
  })
  t.equal(frames[0]?.data.type, 'response.created', title)
  const last = frames.at(-1)?.data
  t.equal(last?.type, 'response.completed', title)
  t.equal(dig(last, 'response', 'id'), dig(frames[0]?.data, 'response', 'id'), `${title}: one id for life`)
  wholeResponse(t, last?.response as Json, title)
  const done = frames.filter(({ data }) => data.type === 'response.output_item.done').map(({ data }) => data.item)
  t.same(done, dig(last, 'response', 'output'), `${title}: clients read either of the two`)
}

function streamedMessage(t: Test, frames: readonly Frame[], title: string): void {
  for (const { event, data } of frames) t.equal(event, data.type, title)
  t.match(frames[0]?.data, { type: 'message_start', message: { content: [], usage: { input_tokens: Number } } }, title)
  const kinds = frames.map(({ data }) => `${data.type} ${data.index ?? ''}`)
  const starts = frames.filter(({ data }) => data.type === 'content_block_start')
  starts.forEach(({ data }, index) => {
    t.equal(data.index, index, `${title}: no gaps`)
    t.ok(kinds.includes(`content_block_stop ${index}`), `${title}: every block is closed`)
    const block = data.content_block as Json
    const empty: Readonly<Record<string, Json>> = {
      text: { type: 'text', text: '' },
      thinking: { type: 'thinking', thinking: '', signature: '' },
      tool_use: { type: 'tool_use', input: {} }
    }
    t.match(block, empty[String(block.type)] as Json, title)
    if (block.type === 'tool_use') t.match(block, { id: /./, name: /./ }, title)
  })
  const ending = { type: 'message_delta', delta: { stop_reason: /./ }, usage: { output_tokens: Number } }
  t.match(frames.at(-2)?.data, ending, title)
  t.equal(frames.at(-1)?.data.type, 'message_stop', title)
}
