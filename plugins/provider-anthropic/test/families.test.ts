import t from 'tap'
import { featuresOf, traitsOf } from '../src/families.ts'

t.test('a model is known by its family, with a date, a platform’s tag or a vendor before its name', async t => {
  const limits: readonly (readonly [string, number | undefined])[] = [
    ['claude-3-haiku-20240307', 4096],
    ['claude-3-5-sonnet-latest', 8192],
    ['claude-3-7-sonnet@20250219', 64_000],
    ['claude-sonnet-4-20250514', 64_000],
    ['claude-sonnet-4-0', 64_000],
    ['claude-opus-4-20250514', 32_000],
    ['claude-opus-4-1-20250805', 32_000],
    ['anthropic/claude-opus-4.5', 64_000],
    ['claude-haiku-4-5', 64_000],
    ['claude-opus-4-8', 128_000],
    ['claude-opus-5-20260901', 128_000],
    ['claude-something-9', 64_000],
    ['glm-5', undefined]
  ]
  for (const [model, limit] of limits) t.equal(traitsOf(model).maxOutput, limit, model)
})

t.test('neighbouring versions are not taken for each other', async t => {
  t.same(traitsOf('claude-opus-5').thinking, ['adaptive', 'disabled'])
  t.equal(traitsOf('claude-opus-5').offUpTo, 'high')
  t.same(traitsOf('claude-opus-5-5').thinking, ['adaptive'])
  t.same(traitsOf('claude-sonnet-5-5').thinking, ['adaptive', 'between_tools'])
  t.equal(traitsOf('claude-sonnet-5').forcedTools, 'yes')
  t.equal(traitsOf('claude-fable-5').forcedTools, 'yes')
  t.equal(traitsOf('claude-fable-5-1').forcedTools, 'no')
  t.equal(traitsOf('claude-sonnet-4-6').sampling, 'full')
  t.equal(traitsOf('claude-sonnet-4-5').sampling, 'one')
  t.equal(traitsOf('claude-opus-4-7').sampling, 'none')
})

t.test('an unknown name of the vendor follows the newest rules, one of another vendor the oldest', async t => {
  t.equal(traitsOf('claude-tale-7').forcedTools, 'no')
  t.equal(traitsOf('glm-5').replay, 'any')
  t.same(traitsOf('glm-5').efforts, [])
})

t.test('verdicts follow from the rules', async t => {
  t.equal(featuresOf('claude-opus-4-8')['input.system.later'], 'exact')
  t.equal(featuresOf('claude-sonnet-4-0')['output.json_schema'], 'emulated')
  t.equal(featuresOf('claude-sonnet-4-5')['output.json_schema'], undefined)
  t.equal(featuresOf('claude-3-haiku')['reasoning.on'], 'dropped')
})
