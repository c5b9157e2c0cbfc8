import { deepEqual, equal, ok } from 'node:assert/strict'
import type { HeaderMap, RequestHead, WireFormat } from '../contract/index.ts'
import type { ErrorKind } from '../errors/index.ts'
import { FEATURE_NAMES, type FeatureTable, type GenerateRequest, verdictOf } from '../ir/index.ts'
import type { Case } from './case.ts'
import { errorCases } from './error-cases.ts'
import { formatReplyCases } from './format-reply-cases.ts'
import { formatRequestCases } from './format-request-cases.ts'
import { modelListCases } from './model-list-cases.ts'

/** RequestFixture is a request as a client of the format sends it. */
export interface RequestFixture {
  readonly name: string
  readonly body: unknown
  readonly head?: Partial<RequestHead>
  /** Members of the body that the codec writes in another way, and so need not come back under their name. */
  readonly rewritten?: readonly string[]
}

/** ReplyFixture is a reply as an upstream sends it. */
export interface ReplyFixture {
  readonly name: string
  readonly headers?: HeaderMap
  readonly body: string | Uint8Array
  /** What it says; left out, only that it reads well is checked. */
  readonly text?: string
  readonly reasoning?: string
  readonly calls?: readonly { readonly name: string; readonly args: string; readonly id?: string }[]
  readonly finish?: string
  /** `error` for a reply that must come out as one. */
  readonly outcome?: 'ok' | 'error'
}

/** ErrorFixture is an upstream's refusal, and the kind it is. */
export interface ErrorFixture {
  readonly name: string
  readonly status: number
  readonly headers?: HeaderMap
  readonly body: string
  readonly kind: ErrorKind
}

/** FormatFixtures are a format's own samples, on top of those that hold for every format. */
export interface FormatFixtures {
  readonly requests?: readonly RequestFixture[]
  readonly replies?: readonly ReplyFixture[]
  readonly errors?: readonly ErrorFixture[]
  /** head gives what a format keeps outside the body, e.g. the model in the path. */
  head?(request: GenerateRequest): Partial<RequestHead>
}

/** formatCases hold a codec to the whole contract, in both directions. */
export function formatCases<T>(format: WireFormat<T>, fixtures: FormatFixtures = {}): readonly Case[] {
  return [
    { name: 'every feature has a verdict', run: () => checkTable(format.features) },
    {
      name: 'forwarded headers are lower case and carry no credentials',
      run() {
        for (const name of [...format.forward.request, ...format.forward.response]) {
          equal(name, name.toLowerCase())
          ok(!/^(authorization|cookie|set-cookie|x-api-key|proxy-|host$)/.test(name), `'${name}' must not be forwarded`)
        }
      }
    },
    ...formatRequestCases(format, fixtures),
    ...formatReplyCases(format, fixtures),
    ...errorCases(format.error.encode, format.error.decode, fixtures.errors ?? []),
    ...modelListCases(format)
  ]
}

/** Features of the small operations, which a table of a conversation's format need not name. */
const OF_OPERATIONS = /^(?:complete|embed)\./

/** checkTable fails on a feature without a verdict, and on a verdict without a feature. */
export function checkTable(table: FeatureTable): void {
  const verdicts = ['exact', 'converted', 'emulated', 'dropped', 'rejected']
  for (const name of FEATURE_NAMES) {
    const verdict = OF_OPERATIONS.test(name) ? verdictOf(table, name) : table[name]
    ok(verdict !== undefined && verdicts.includes(verdict), `'${name}' has no verdict`)
  }
  deepEqual(
    Object.keys(table).filter(name => !FEATURE_NAMES.some(feature => feature === name)),
    [],
    'unknown features'
  )
}
