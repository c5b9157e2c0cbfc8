import { formatCases } from '@isthmus/core/testing'
import t from 'tap'
import { chatCompletions } from '../src/index.ts'

for (const { name, run } of formatCases(chatCompletions)) t.test(name, async () => run())
