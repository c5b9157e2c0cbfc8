import type { GenerateRequest, Message, Part } from '@isthmus/core'
import { requestWith } from '@isthmus/core/testing'
import t from 'tap'
import { messages } from '../src/index.ts'

const encode = (changes: Partial<GenerateRequest>) =>
  messages.request.encode(requestWith({ output: { maxTokens: 100 }, ...changes }), { provider: 'p', model: 'm' })
const messagesOf = (turns: readonly Message[]) => encode({ messages: turns }).body.messages
const user = (...parts: readonly Part[]): Message => ({ role: 'user', parts })
const text = (said: string): Part => ({ type: 'text', text: said })

t.test('a block of another format is refused, unless it can be put in words or was never to go back', async t => {
  const block = { type: 'opaque', native: { format: 'responses', object: { type: 'compaction' } } } as const
  t.throws(() => messagesOf([user({ ...block, replay: 'same_dialect' })]), { kind: 'unsupported' } as never)
  t.match(messagesOf([user({ ...block, replay: 'same_dialect', describe: 'A summary.' })]), [
    { content: [{ text: 'A summary.' }] }
  ])
  t.same(
    encode({ messages: [user(text('Hi'), { ...block, replay: 'never' })] }).gaps.map(
      gap => `${gap.feature} ${gap.action}`
    ),
    ['input.opaque dropped']
  )
})

t.test('a search of another service loses none of its options where it has none', async t => {
  const native = { format: 'gemini', object: { googleSearch: {} } }
  t.same(encode({ tools: [{ type: 'hosted', kind: 'web_search', native }] }).gaps, [])
})
