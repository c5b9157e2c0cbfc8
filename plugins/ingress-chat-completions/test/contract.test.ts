import { readFileSync } from 'node:fs'
import { ingressCases } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t from 'tap'
import ingress from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const { name, run } of ingressCases(ingress, { manifest, format: chatCompletions })) {
  t.test(name, async () => run())
}
