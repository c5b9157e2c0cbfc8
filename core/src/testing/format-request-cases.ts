import { deepEqual, ok } from 'node:assert/strict'
import type { EncodedRequest, RequestHead, Target, WireFormat } from '../contract/index.ts'
import { isGatewayError } from '../errors/index.ts'
import { FEATURES, type Feature, type FeatureTable, featuresOf, type Gap, type GenerateRequest } from '../ir/index.ts'
import { checker, isObject, type JsonObject } from '../wire/index.ts'
import { type Case, stringsIn, wired, withoutSource } from './case.ts'
import { requestContent } from './content.ts'
import { type FeatureSample, featureSamples } from './feature-samples.ts'
import type { FormatFixtures, RequestFixture } from './format-fixtures.ts'
import { requestHead } from './request-head.ts'
import { junkRequestCase } from './request-junk.ts'
import { type SampleRequest, sampleRequests, textsOf } from './sample-requests.ts'

/** formatRequestCases hold the request half of a codec: what is encoded can be decoded, and nothing is lost unsaid. */
export function formatRequestCases<T>(format: WireFormat<T>, fixtures: FormatFixtures): readonly Case[] {
  const headOf = (request: GenerateRequest): RequestHead => requestHead(fixtures.head?.(request))
  const encode = (request: GenerateRequest): EncodedRequest => format.request.encode(request, targetOf(request))
  const decode = (body: unknown, head: RequestHead): GenerateRequest => format.request.decode(wired(body), head)
  const round = (request: GenerateRequest): GenerateRequest => decode(encode(request).body, headOf(request))
  return [
    ...sampleRequests().map(sample => ({
      name: `request: ${sample.name} comes back as it went`,
      run: () => checkRound(sample, format.features, encode, round)
    })),
    ...sampleRequests().map(sample => ({
      name: `request: ${sample.name} is written alike with and without its source`,
      run() {
        if (needs(sample.features, format.features, 'rejected')) return
        const back = round(sample.request)
        deepEqual(wired(encode(back).body), wired(encode(withoutSource(back)).body))
      }
    })),
    ...featureSamples(format.id).map(sample => ({
      name: `feature: ${sample.feature} is treated as its verdict says`,
      run() {
        const { feature } = sample
        checkDiffers(sample, format.features, request => encode(request))
        if (format.features[feature] !== 'exact' || sample.invented) return
        const encoded = encode(sample.with)
        if (encoded.gaps.some(gap => gap.feature === feature)) return
        const found = featuresOf(decode(encoded.body, headOf(sample.with)))
        ok(found.has(feature), `'${feature}' is exact, but decoding what was encoded does not find it`)
      }
    })),
    {
      name: 'request: what is encoded fits the schema that documents it',
      run() {
        const { schema } = format.request
        if (schema === undefined) return
        const shape = checker(schema)
        for (const { name, request, features } of sampleRequests()) {
          if (needs(features, format.features, 'rejected')) continue
          deepEqual(shape.problems(wired(encode(request).body)), [], name)
        }
      }
    },
    junkRequestCase(format.request.decode),
    ...(fixtures.requests ?? []).map(fixture => ({
      name: `request fixture: ${fixture.name} keeps every member and settles at once`,
      run: () => checkFixture(fixture, decode, encode)
    }))
  ]
}

const targetOf = (request: GenerateRequest): Target<never> => ({ provider: 'kit', model: request.model })

/** needs tells whether a request needs something that a table gives this verdict. */
export function needs(
  features: ReadonlySet<Feature>,
  table: FeatureTable,
  verdict: FeatureTable[Feature]
): Feature | undefined {
  for (const feature of features) if (table[feature] === verdict) return feature
  return undefined
}

function checkRound(
  sample: SampleRequest,
  table: FeatureTable,
  encode: (request: GenerateRequest) => EncodedRequest,
  round: (request: GenerateRequest) => GenerateRequest
): void {
  // The kernel sets a candidate aside that rejects a feature, so its encoder never sees such a request.
  if (needs(sample.features, table, 'rejected')) return
  const first = encode(sample.request)
  checkGaps(first.gaps, sample.request)
  checkTexts(sample.request, first.body)
  deepEqual(wired(encode(sample.request).body), wired(first.body), 'encoding the same request twice gives two bodies')
  const back = round(sample.request)
  deepEqual(wired(encode(back).body), wired(first.body), 'encoding what was decoded gives another body')
  // A gap about something that the request does not ask for, a limit that was set, takes nothing away from it.
  const lost = first.gaps.some(gap => sample.features.has(gap.feature))
  if (lost || needs(sample.features, table, 'emulated')) return
  deepEqual(requestContent(back, table), requestContent(sample.request, table))
}

/** checkTexts fails when a text of the request is nowhere on the wire. */
export function checkTexts(request: GenerateRequest, body: unknown): void {
  const written = stringsIn(wired(body)).join('\n')
  for (const text of textsOf(request)) ok(written.includes(text), 'a text of the request is missing on the wire')
}

const ACTIONS = ['dropped', 'converted', 'emulated']

/** checkGaps fails on gaps that name no feature or quote the prompt. */
export function checkGaps(gaps: readonly Gap[], request: GenerateRequest): void {
  const texts = textsOf(request).filter(text => text.length > 3)
  for (const gap of gaps) {
    ok(Object.hasOwn(FEATURES, gap.feature), `a gap names the unknown feature '${gap.feature}'`)
    ok(ACTIONS.includes(gap.action), `the gap '${gap.feature}' has the unknown action '${gap.action}'`)
    const shown = JSON.stringify(gap)
    ok(!texts.some(text => shown.includes(text)), `the gap '${gap.feature}' quotes the prompt`)
  }
}

/** Encoded is what the feature check needs of an encoded request: anything that can be compared, and its gaps. */
type Encoded = { readonly gaps?: readonly Gap[] | undefined }

/**
 * checkDiffers holds a verdict to what is sent: what is expressed or emulated changes the bytes (or is reported as a
 * gap of this request), and what is rejected is at least not a crash.
 */
export function checkDiffers(
  sample: FeatureSample,
  table: FeatureTable,
  encode: (request: GenerateRequest) => Encoded
): void {
  const { feature } = sample
  const others = featuresOf(sample.with)
  for (const other of others) if (table[other] === 'rejected') return
  const sent = encodeInvented(sample, encode)
  if (sent === undefined || table[feature] === 'dropped' || sent.gaps?.some(gap => gap.feature === feature)) return
  // A conversion may be one that says nothing: a role under another name, a default spelled out.
  if (table[feature] === 'converted') return
  const base = encode(sample.without)
  const same = JSON.stringify({ ...sent, gaps: [] }) === JSON.stringify({ ...base, gaps: [] })
  ok(!same, `'${feature}' is ${table[feature]}, but a request with it is written like one without it`)
}

/** encodeInvented lets a codec refuse, in so many words, what the kit invented in its name. */
function encodeInvented(sample: FeatureSample, encode: (request: GenerateRequest) => Encoded): Encoded | undefined {
  try {
    return encode(sample.with)
  } catch (thrown) {
    if (sample.invented && isGatewayError(thrown) && thrown.kind === 'unsupported') return undefined
    throw thrown
  }
}

function checkFixture(
  fixture: RequestFixture,
  decode: (body: unknown, head: RequestHead) => GenerateRequest,
  encode: (request: GenerateRequest) => EncodedRequest
): void {
  const head = requestHead(fixture.head)
  const once = wired(encode(decode(fixture.body, head)).body)
  const twice = wired(encode(decode(once, head)).body)
  deepEqual(twice, once, 'the second round trip changes the body')
  if (!isObject(fixture.body) || !isObject(once)) return
  const lost = Object.keys(fixture.body).filter(name => {
    return (fixture.body as JsonObject)[name] !== null && !(name in once) && !fixture.rewritten?.includes(name)
  })
  deepEqual(lost, [], 'members of the body are lost')
}
