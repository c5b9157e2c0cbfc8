import { formatCases } from '@isthmus/core/testing'
import t from 'tap'
import { messages } from '../src/index.ts'

for (const c of formatCases(messages)) t.test(c.name, async () => c.run())
