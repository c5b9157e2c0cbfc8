import t from 'tap'
import { converses, embedFeaturesOf, embeds, embedTraitsOf, featuresOf, traitsOf } from '../src/families.ts'

const budget = (min: number, max: number, off: boolean) => ({ style: 'budget', min, max, off })
const levels = (...names: readonly string[]) => ({ style: 'level', levels: names })

t.test('a model is known by its family, with a version, a tag or a vendor around its name', async t => {
  const rows = [
    ['gemini-1.5-pro-002', { style: 'none' }],
    ['gemini-2.0-flash-lite', { style: 'none' }],
    ['gemini-2.5-flash', budget(0, 24_576, true)],
    ['gemini-2.5-flash-preview-09-2025', budget(0, 24_576, true)],
    ['gemini-2.5-flash-lite-preview-09-2025', budget(512, 24_576, true)],
    ['google/gemini-2.5-pro', budget(128, 32_768, false)],
    ['gemini-2.5-flash-image', { style: 'none' }],
    ['gemini-2.5-flash-preview-tts', { style: 'none' }],
    ['gemini-3-pro-preview', levels('low', 'high')],
    ['gemini-3-flash-preview', levels('minimal', 'low', 'medium', 'high')],
    ['gemini-3.1-flash-lite', levels('minimal', 'low', 'medium', 'high')],
    ['gemini-3.1-pro-preview', levels('low', 'medium', 'high')],
    ['gemini-3.1-flash-image-preview', levels('minimal', 'high')],
    ['gemini-3.5-flash', levels('minimal', 'low', 'medium', 'high')],
    ['gemini-3.7-flash', levels('low', 'medium', 'high')],
    ['gemma-3-27b-it', { style: 'none' }],
    ['gemma-3n-e4b-it', { style: 'none' }]
  ] as const
  for (const [model, thinking] of rows) t.same(traitsOf(model).thinking, thinking, model)
})

t.test('an unknown name of the vendor follows the newest rules; of others nothing is known', async t => {
  for (const model of ['gemini-flash-latest', 'gemini-4-pro', 'gemini-exp-1206']) {
    t.same(traitsOf(model).thinking, levels('low', 'medium', 'high'), model)
    t.equal(traitsOf(model).placeholderSignature, true, model)
  }
  t.same(traitsOf('gemma-4-31b-it'), {})
  t.same(traitsOf('llama-4'), {})
})

t.test('the second generation neither issues ids of calls nor wants signatures', async t => {
  for (const model of ['gemini-2.0-flash', 'gemini-2.5-pro']) {
    t.equal(traitsOf(model).callIds, false)
    t.equal(traitsOf(model).placeholderSignature, undefined)
  }
  t.equal(traitsOf('gemini-3-pro-preview').callIds, true)
})

t.test('verdicts follow from the rules', async t => {
  t.equal(featuresOf('gemma-3-4b-it')['tools.function'], 'rejected')
  t.equal(featuresOf('gemma-3-4b-it')['input.system'], 'emulated')
  t.equal(featuresOf('gemini-2.5-flash')['sampling.presence_penalty'], 'dropped')
  t.equal(featuresOf('gemini-2.0-flash')['sampling.presence_penalty'], undefined)
  t.equal(featuresOf('gemini-2.0-flash')['input.image.url'], 'rejected')
  t.equal(featuresOf('gemini-3-pro-image-preview')['reasoning.off'], 'dropped')
})

t.test('models that make vectors, pictures or films answer no conversations', async t => {
  for (const model of ['gemini-embedding-001', 'text-embedding-004', 'embedding-001']) {
    t.equal(embeds(model), true, model)
    t.equal(converses(model), false, model)
  }
  for (const model of ['imagen-4.0-generate-001', 'veo-3.0-generate-001', 'aqa'])
    t.equal(converses(model), false, model)
  t.equal(converses('gemini-2.5-flash-image'), true)
})

t.test('older models embed text only, the oldest in one length', async t => {
  t.same(embedFeaturesOf('gemini-embedding-001'), { 'embed.media': 'rejected' })
  t.same(embedFeaturesOf('embedding-001'), { 'embed.media': 'rejected', 'embed.dimensions': 'rejected' })
  t.same(embedFeaturesOf('gemini-embedding-2-preview'), {})
  t.same(embedTraitsOf('gemini-embedding-001'), { unitLength: false })
  t.same(embedTraitsOf('gemini-embedding-2'), { unitLength: true })
})
