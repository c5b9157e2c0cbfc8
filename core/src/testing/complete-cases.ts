import { deepEqual, equal } from 'node:assert/strict'
import type { MessageFormat } from '../contract/index.ts'
import { type CompleteRequest, type Feature, featuresOf, verdictOf } from '../ir/index.ts'
import { type Case, deepFreeze, wired } from './case.ts'
import { errorCases } from './error-cases.ts'
import { checkTable } from './format-cases.ts'
import type { FormatFixtures } from './format-fixtures.ts'
import { formatReplyCases } from './format-reply-cases.ts'
import { requestHead } from './request-head.ts'
import { junkRequestCase } from './request-junk.ts'

/** CompleteFixtures are a format's own samples, on top of those that hold for every format of text completions. */
export type CompleteFixtures = Pick<FormatFixtures, 'requests' | 'replies' | 'errors'>

/** completeCases hold a codec of text completions to the contract, in both directions. */
export function completeCases<T>(
  format: MessageFormat<CompleteRequest, T>,
  fixtures: CompleteFixtures = {}
): readonly Case[] {
  const encode = (request: CompleteRequest) => format.request.encode(request, { provider: 'kit', model: request.model })
  return [
    { name: 'it is a format of text completions', run: () => equal(format.operation, 'complete') },
    { name: 'every feature has a verdict', run: () => checkTable(format.features) },
    ...SAMPLES.map(({ name, change }) => ({
      name: `request: ${name} comes back as it went`,
      run() {
        const request = deepFreeze<CompleteRequest>({ ...PLAIN, ingress: { format: format.id }, ...change })
        for (const feature of featuresOf(request)) if (!isExact(format, feature)) return
        const { body, gaps } = encode(request)
        deepEqual(gaps, [], 'what is exact is reported as lost')
        const back = format.request.decode(wired(body), requestHead())
        deepEqual(wired(encode(back).body), wired(body), 'encoding what was decoded gives another body')
        deepEqual(contentOf(back), contentOf(request))
      }
    })),
    junkRequestCase(format.request.decode),
    ...(fixtures.requests ?? []).map(({ name, body, head }) => ({
      name: `request fixture: ${name} settles at once`,
      run() {
        const once = wired(encode(format.request.decode(body, requestHead(head))).body)
        deepEqual(wired(encode(format.request.decode(once, requestHead(head))).body), once)
      }
    })),
    ...formatReplyCases(format, fixtures),
    ...errorCases(format.error.encode, format.error.decode, fixtures.errors ?? [])
  ]
}

const PLAIN: CompleteRequest = {
  op: 'complete',
  model: 'kit-model',
  prompts: ['The tide comes in, and'],
  sampling: {},
  output: {},
  reply: { stream: false },
  ingress: { format: 'kit' }
}
const SAMPLES: readonly { readonly name: string; readonly change: Partial<CompleteRequest> }[] = [
  { name: 'one prompt', change: {} },
  { name: 'a prompt in many scripts', change: { prompts: ['Ünï 世界 👩‍👩‍👧‍👦 שלום \u2028 "q" \\ \n\ttabbed'] } },
  { name: 'a streamed prompt', change: { reply: { stream: true, includeUsage: true } } },
  { name: 'several prompts', change: { prompts: ['One', 'Two', ''] } },
  { name: 'token ids', change: { prompts: [[1, 2, 3]] } },
  { name: 'several lists of token ids', change: { prompts: [[1], [2, 3]] } },
  { name: 'a text to lead to', change: { suffix: ' and goes out.' } },
  { name: 'an echo', change: { echo: true } },
  { name: 'the best of three', change: { bestOf: 3, output: { n: 2 } } },
  { name: 'limits', change: { output: { maxTokens: 7, stop: ['\n', 'END'] } } },
  { name: 'log probabilities of a given text', change: { echo: true, output: { maxTokens: 0, logprobs: { top: 2 } } } },
  { name: 'settings', change: { sampling: { temperature: 0.5, topP: 0.25, seed: 7, logitBias: { '50256': -100 } } } },
  { name: 'an end user', change: { identity: { endUser: 'someone' } } }
]

const isExact = (format: Pick<MessageFormat<CompleteRequest>, 'features'>, feature: Feature): boolean =>
  verdictOf(format.features, feature) === 'exact'

/** contentOf is what a request asks for; what the encoder of its reply has to know is the format's own affair. */
function contentOf({ reply, ingress: _ingress, ...request }: CompleteRequest): unknown {
  return { ...request, stream: reply.stream }
}
