import { readFileSync } from 'node:fs'
import type { Provider } from '@isthmus/core'
import { providerCases } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { responses } from '@isthmus/format-responses'
import t from 'tap'
import openai from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const official = 'https://api.openai.com/v1'
const compatible = 'http://127.0.0.1:9/v1'

/** The provider as if the endpoint for conversations that comes second was its own. */
const turned: typeof openai = Object.freeze<typeof openai>({
  ...openai,
  async setup(host, options): Promise<Provider> {
    const provider = await openai.setup(host, options)
    const other = provider.endpoints?.find(({ operation }) => operation === 'generate')
    return other === undefined ? provider : { ...provider, ...other }
  }
})

const instances = [
  { what: 'Responses of OpenAI', plugin: openai, format: responses, baseUrl: official },
  { what: 'Chat of OpenAI', plugin: turned, format: chatCompletions, baseUrl: official },
  { what: 'Chat of another server', plugin: openai, format: chatCompletions, baseUrl: compatible },
  { what: 'Responses of another server', plugin: turned, format: responses, baseUrl: compatible, responses: true }
]

for (const { what, plugin, format, ...given } of instances) {
  for (const model of ['gpt-4o', 'gpt-5.2', 'o4-mini', 'gpt-5.6', 'some-model']) {
    const options = { apiKey: 'the-key', models: [model], ...given }
    for (const { name, run } of providerCases<typeof openai.options>(plugin, { options, manifest, format, model })) {
      t.test(`${what}, ${model}: ${name}`, async () => run())
    }
  }
}
