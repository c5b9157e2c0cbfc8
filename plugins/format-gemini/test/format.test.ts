import { formatCases } from '@isthmus/core/testing'
import t from 'tap'
import { gemini } from '../src/index.ts'

const cases = formatCases(gemini, {
  // The model and the wish for a stream stand in the path.
  head: ({ model, reply }) => ({
    path: `/v1beta/models/${model}:${reply.stream ? 'streamGenerateContent' : 'generateContent'}`,
    query: reply.stream ? { alt: 'sse' } : {}
  })
})
for (const c of cases) t.test(c.name, async () => c.run())
