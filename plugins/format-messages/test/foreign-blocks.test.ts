import type { GenerateRequest, Message, Part } from '@isthmus/core'
import { requestWith } from '@isthmus/core/testing'
import { checker } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import { head, wired } from './support.ts'

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

t.test('what is not known in the instructions of a client of this format goes on', async t => {
  const body = {
    model: 'm',
    max_tokens: 9,
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'brand_new', value: 1 }
    ],
    messages: [{ role: 'user', content: 'Hi' }]
  }
  const encoded = messages.request.encode(messages.request.decode(body, head()), { provider: 'p', model: 'm' })
  t.same(wired(encoded.body), body)
  t.same(encoded.gaps, [])
})

t.test('an instruction may be nothing but settings for what follows', async t => {
  const settings = { role: 'system', output_config: { effort: 'low' } }
  const turns = [{ role: 'user', content: 'Hi' }, settings, { role: 'assistant', content: 'Ho' }]
  const body = { model: 'm', max_tokens: 9, messages: [...turns, { role: 'user', content: 'Hm' }] }
  const decode = (messagesOf: readonly unknown[]) => messages.request.decode({ ...body, messages: messagesOf }, head())
  t.same(checker(messages.request.schema!).problems(body), [])
  const encoded = messages.request.encode(decode(body.messages), { provider: 'p', model: 'm' })
  t.same(wired(encoded.body), body)
  t.throws(() => decode([...turns, { role: 'system' }]), { path: 'messages[3].content' } as never)
  t.throws(() => decode([{ role: 'user', output_config: { effort: 'low' } }]), { path: 'messages[0].content' } as never)
})
