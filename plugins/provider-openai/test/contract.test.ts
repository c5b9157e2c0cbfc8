import { readFileSync } from 'node:fs'
import { providerCases } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t from 'tap'
import openai from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const hosts = { official: 'https://api.openai.com/v1', compatible: 'http://127.0.0.1:9/v1' }

for (const [host, baseUrl] of Object.entries(hosts)) {
  for (const model of ['gpt-4o', 'gpt-5.2', 'o4-mini', 'some-model']) {
    const options = { apiKey: 'the-key', baseUrl, models: [model] }
    for (const { name, run } of providerCases(openai, { options, manifest, format: chatCompletions, model })) {
      t.test(`${model} on the ${host} host: ${name}`, async () => run())
    }
  }
}
