import { readFileSync } from 'node:fs'
import { providerCases } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t from 'tap'
import compatible from '../src/index.ts'
import { PRESETS, type PresetName } from '../src/presets.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const baseUrl = 'http://127.0.0.1:9/v1'

/** Models for which a preset has rules of their own. */
const MODELS: Partial<Record<PresetName, readonly string[]>> = {
  azure: ['my-deployment', 'gpt-5.2', 'o4-mini'],
  mistral: ['mistral-large-latest', 'magistral-medium-latest'],
  xai: ['grok-4', 'grok-3-mini'],
  groq: ['openai/gpt-oss-120b', 'qwen/qwen3-32b'],
  perplexity: ['sonar', 'sonar-reasoning-pro'],
  moonshot: ['kimi-k2-thinking'],
  nvidia: ['nvidia/nemotron-3']
}

hold('without a preset', 'some-model', {})
hold('by its quirks', 'some-model', {
  quirks: ['enable-thinking', 'replay-reasoning-details', 'prompt-cache-breakpoint', 'media-in-results'],
  efforts: ['low']
})
for (const preset of Object.keys(PRESETS) as PresetName[]) {
  for (const model of MODELS[preset] ?? ['some-model']) hold(`${preset} ${model}`, model, { preset })
}

function hold(what: string, model: string, members: object): void {
  const options = { baseUrl, apiKey: 'the-key', models: [model], ...members }
  for (const { name, run } of providerCases(compatible, { options, manifest, format: chatCompletions, model })) {
    // It has two stop sequences.
    const refused = what.startsWith('zai') && name.startsWith('request: an instruction and settings')
    t.test(`${what}: ${name}`, async t => (refused ? t.rejects(async () => run(), /more than 1 stop/) : run()))
  }
}
