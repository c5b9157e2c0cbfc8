import { completeCases } from '@isthmus/core/testing'
import t from 'tap'
import { completions } from '../src/index.ts'

for (const { name, run } of completeCases(completions)) t.test(name, async () => run())
