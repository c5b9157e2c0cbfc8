import type { HeaderMap, RequestHead } from '../contract/index.ts'
import type { ErrorKind } from '../errors/index.ts'
import type { GenerateRequest } from '../ir/index.ts'

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
