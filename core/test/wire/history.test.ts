import t from 'tap'
import type { Message, Part } from '../../src/ir/index.ts'
import { mendHistory } from '../../src/wire/history.ts'

const call = (id: string): Part => ({ type: 'tool_call', id, name: 'look', kind: 'function', argsText: '{}' })
const result = (callId: string, text: string): Part => ({
  type: 'tool_result',
  callId,
  content: [{ type: 'text', text }]
})
const turn = (role: Message['role'], ...parts: Part[]): Message => ({ role, parts })

t.test('a history in order stays the very same', async t => {
  const messages = [turn('assistant', call('a')), turn('tool', result('a', '1')), turn('user')]
  const mended = mendHistory(messages, () => t.fail('nothing was moved'))
  for (const [at, message] of messages.entries()) t.equal(mended[at], message)
})

t.test('an id that is used twice is renamed together with its result', async t => {
  const mended = mendHistory(
    [
      turn('assistant', call('a')),
      turn('tool', result('a', '1')),
      turn('assistant', call('a')),
      turn('tool', result('a', '2'))
    ],
    () => t.fail('nothing was moved')
  )
  t.match(mended[2], { parts: [{ id: 'a_2' }] })
  t.match(mended[3], { parts: [{ callId: 'a_2' }] })
})

t.test('a result that stands after a later turn is moved behind its call', async t => {
  let moved = 0
  const mended = mendHistory(
    [
      turn('assistant', call('a'), call('b')),
      turn('tool', result('a', '1')),
      turn('user', { type: 'text', text: 'well?' }),
      turn('tool', result('b', '2'))
    ],
    () => moved++
  )
  t.equal(moved, 1)
  t.same(
    mended.flatMap(message => message.parts.map(part => (part.type === 'tool_result' ? part.callId : part.type))),
    ['tool_call', 'tool_call', 'a', 'b', 'text']
  )
})
