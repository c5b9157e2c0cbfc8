/** The test kit: a fake host, a fake upstream, sample data, and the cases that hold plugins to the contract. */

export { MemoryStore } from '../plugins/memory-store.ts'
export type { Case } from './case.ts'
export { type Chunking, chunkings } from './chunkings.ts'
export { type CompleteFixtures, completeCases } from './complete-cases.ts'
export { decodeAll, decodeInAllChunkings } from './decode-all.ts'
export type { PluginCaseOptions } from './descriptor-cases.ts'
export { type Allowed, type Difference, differences, unexplained } from './differences.ts'
export * from './fake-exchange.ts'
export * from './fake-host.ts'
export * from './fake-upstream.ts'
export { type FeatureSample, featureSamples, type RequestFeature } from './feature-samples.ts'
export {
  type ErrorFixture,
  type FormatFixtures,
  formatCases,
  type ReplyFixture,
  type RequestFixture
} from './format-cases.ts'
export { replyOptions } from './format-reply-cases.ts'
export { requestHead } from './format-request-cases.ts'
export { golden } from './golden.ts'
export { type ClientRequest, type IngressCaseOptions, ingressCases, messageCalls } from './ingress-cases.ts'
export { meterCases } from './meter-cases.ts'
export { middlewareCases } from './middleware-cases.ts'
export { resolveOptions } from './options.ts'
export { type ProviderCaseOptions, providerCases } from './provider-cases.ts'
export { type ResultFixture, type ResultFixtures, resultCases } from './result-cases.ts'
export { replyFeaturesOf, type SampleReply, sampleReplies } from './sample-replies.ts'
export { requestWith, type SampleRequest, sampleRequests } from './sample-requests.ts'
export { surfaceCases } from './surface-cases.ts'
