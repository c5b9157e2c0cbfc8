import t from 'tap'
import { choiceIndexOf, countOf, countsOnly } from '../../src/wire/index.ts'

t.test('what counts is a number of at least zero', async t => {
  for (const count of [0, 1, 2 ** 53]) t.equal(countOf(count), count)
  for (const other of [-1, Number.NaN, Number.POSITIVE_INFINITY, '3', null, [1], {}]) t.equal(countOf(other), undefined)
})

t.test('counters that do not count are left out at any depth, and all else stays', async t => {
  const right = {
    prompt_tokens: 3,
    completion_tokens: null,
    prompt_tokens_details: { cached_tokens: 0, text: 'x' },
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: 3 }],
    server_tool_use: { web_search_requests: 0 },
    cost: -0.5,
    is_byok: false
  }
  t.equal(countsOnly(right), right)
  const wrong = {
    prompt_tokens: -3,
    output_tokens: [1, 2],
    totalTokenCount: { a: 1 },
    completion_tokens_details: { reasoning_tokens: '7', audio_tokens: 0 },
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: -3 }, null],
    server_tool_use: { web_search_requests: -1 },
    cost: -0.5
  }
  t.strictSame(countsOnly(wrong), {
    completion_tokens_details: { audio_tokens: 0 },
    promptTokensDetails: [{ modality: 'TEXT' }, null],
    server_tool_use: {},
    cost: -0.5
  })
})

t.test('a choice has the number that it was given, or its place', async t => {
  t.equal(choiceIndexOf(1, 0), 1)
  for (const index of [-1, 0.5, 128, 1784092247, '1', null, undefined]) t.equal(choiceIndexOf(index, 3), 3)
})
