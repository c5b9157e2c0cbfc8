import fc from 'fast-check'
import t from 'tap'
import { decimal, pricing } from '../src/prices.ts'

t.test('a price for a million tokens becomes the exact price of one', async t => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [0.15, '0.00000015'],
    [0.1 + 0.2, '0.0000003'],
    [1, '0.000001'],
    [2.5, '0.0000025'],
    [75, '0.000075'],
    [1e-7, '0.0000000000001'],
    [0.0375, '0.0000000375'],
    [1_000_000, '1'],
    [12_500_000, '12.5'],
    [1e21, '1000000000000000']
  ]
  for (const [price, text] of cases) t.equal(decimal(price, 6), text, String(price))
  t.equal(decimal(0.01), '0.01')
  t.equal(decimal(5e-9), '0.000000005')
  t.equal(decimal(30), '30')
})

t.test('no price is written with an exponent, with dust or with digits that say nothing', async t => {
  const digits = fc.tuple(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 0, max: 9 }))
  fc.assert(
    fc.property(digits, ([whole, places]) => {
      const text = decimal(Number(`${whole}e-${places}`), 6)
      if (!/^(0|[1-9]\d*)(\.\d*[1-9])?$/.test(text)) return false
      const [before = '', after = ''] = text.split('.')
      return BigInt(before + after) * 10n ** BigInt(places + 6 - after.length) === BigInt(whole)
    }),
    { numRuns: 5000 }
  )
  t.pass('5,000 prices')
})

t.test('every price has its member, long prompts have their own', async t => {
  t.same(
    pricing(
      {
        input: 1,
        output: 5,
        cacheRead: 0.1,
        cacheWrite: 1.25,
        cacheWrite1h: 2,
        reasoning: 6,
        inputImage: 3,
        outputImage: 40,
        inputAudio: 7,
        outputAudio: 8,
        perRequest: 0.005,
        perImage: 0.04,
        perWebSearch: 0.01,
        tiers: [{ aboveInputTokens: 200_000, input: 2, output: 7.5 }],
        source: 'kit',
        asOf: '2026-01-01'
      },
      false
    ),
    {
      prompt: '0.000001',
      completion: '0.000005',
      input_cache_read: '0.0000001',
      input_cache_write: '0.00000125',
      input_cache_write_1h: '0.000002',
      internal_reasoning: '0.000006',
      image_token: '0.000003',
      image_output: '0.00004',
      audio: '0.000007',
      audio_output: '0.000008',
      request: '0.005',
      image: '0.04',
      web_search: '0.01',
      overrides: [{ min_prompt_tokens: 200_000, prompt: '0.000002', completion: '0.0000075' }]
    }
  )
})

t.test('a price that is not known is not free', async t => {
  t.same(pricing(undefined, false), { prompt: '-1', completion: '-1' })
  t.same(pricing({ input: 0.02 }, false), { prompt: '0.00000002', completion: '-1' })
  t.same(pricing({ input: 0.02 }, true), { prompt: '0.00000002', completion: '0' }, 'vectors are no tokens')
  t.same(pricing(undefined, true), { prompt: '-1', completion: '-1' })
  t.same(pricing({ input: 0, output: 0 }, false), { prompt: '0', completion: '0' })
})
