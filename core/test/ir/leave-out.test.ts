import t from 'tap'
import {
  type CountRequest,
  type EmbedRequest,
  type Feature,
  featuresOf,
  LEFT_OUT_HERE,
  leaveOut
} from '../../src/ir/index.ts'
import { featureSamples } from '../../src/testing/feature-samples.ts'

const samples = featureSamples('chat-completions')

t.test('a feature that is left out is not in the request any more, and the others still are', async t => {
  let left = 0
  for (const { feature, with: request } of samples) {
    if (!LEFT_OUT_HERE.has(feature)) continue
    left++
    const before = featuresOf(request)
    const after = featuresOf(leaveOut(request, [feature]))
    t.ok(before.has(feature) && !after.has(feature), feature)
    for (const other of after) t.ok(before.has(other), `${feature} adds no ${other}`)
  }
  const ofConversations = [...LEFT_OUT_HERE].filter(feature => !/^(?:complete|embed)\./.test(feature))
  t.equal(left, ofConversations.length, 'every feature with members has a sample')
})

t.test('the small operations are left out of in the same way, and a count of what it counts', async t => {
  const ingress = { format: 'kit' }
  const embed: EmbedRequest = { op: 'embed', model: 'm', inputs: ['a'], dimensions: 2, task: 'x', title: 'y', ingress }
  t.same(leaveOut(embed, ['embed.dimensions', 'embed.task']), { op: 'embed', model: 'm', inputs: ['a'], ingress })
  const input = { ...samples[0]!.with, sampling: { seed: 1 }, serviceTier: 'flex' }
  const count: CountRequest = { op: 'count_tokens', model: 'm', ingress, input }
  t.notOk('serviceTier' in leaveOut(count, ['service.tier']).input)
})

t.test('hosted tools are left out of the list, and the others stay', async t => {
  const hosted = { type: 'hosted', kind: 'web_search', native: { format: 'kit', object: {} } } as const
  const function_ = { type: 'function', name: 'f' } as const
  t.same(leaveOut({ ...samples[0]!.with, tools: [hosted, function_] }, ['tools.hosted']).tools, [function_])
})

t.test('what stands in messages and tools is shared, not copied', async t => {
  const request = samples[0]!.with
  const left = leaveOut({ ...request, sampling: { seed: 1, topK: 2 } }, ['sampling.seed' as Feature])
  t.equal(left.messages, request.messages)
  t.equal(left.tools, request.tools)
  t.same(left.sampling, { topK: 2 })
})

t.test('a feature without members of its own leaves the request as it is', async t => {
  const request = samples[0]!.with
  t.equal(leaveOut(request, ['input.image.url']), request)
})
