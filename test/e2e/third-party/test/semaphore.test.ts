import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { providerCases } from '@isthmus/core/testing'
import semaphore from '../src/index.ts'

const lines = [
  { mast: 'hilltop' },
  { hoist: ['Sail '] },
  { hoist: ['hø!', ''] },
  { lowered: { why: 'calm', seen: 4, flown: 2 } }
]

const cases = providerCases(semaphore, {
  options: { pennant: 'blue', baseUrl: 'https://station.example' },
  manifest: JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')),
  replies: [
    {
      name: 'flags in one go',
      body: JSON.stringify({ mast: 'hilltop', hoist: ['Sail ', 'hø!'], lowered: { why: 'dusk', seen: 4, flown: 2 } }),
      text: 'Sail hø!',
      finish: 'length'
    },
    {
      name: 'flag by flag',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.map(line => `${JSON.stringify(line)}\n`).join(''),
      text: 'Sail hø!',
      finish: 'stop'
    },
    {
      name: 'a mayday in the middle',
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"mast":"hilltop"}\n{"hoist":["Sa"]}\n{"mayday":"fog"}\n',
      outcome: 'error'
    }
  ]
})

for (const { name, run } of cases) test(name, () => run())
