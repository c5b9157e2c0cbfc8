import { formatCases } from '@isthmus/core/testing'
import t from 'tap'
import { responses } from '../src/index.ts'

for (const { name, run } of formatCases(responses)) t.test(name, async () => run())
