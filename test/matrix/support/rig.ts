import {
  defineMeter,
  defineMiddleware,
  defineProvider,
  type Exchange,
  providerFrom,
  type Summary,
  use
} from '@isthmus/core'
import { type Answer, type FakeUpstream, fakeUpstream, memoryLogger, type RecordedRequest } from '@isthmus/core/testing'
import type { Test } from 'tap'
import { Type } from 'typebox'
import { ConfigSchema, fill, type Loaded, type ResolvedConfig } from '../../../core/src/config/index.ts'
import { preparePlugins } from '../../../core/src/plugins/index.ts'
import { createGateway } from '../../../core/src/server/index.ts'
import { root } from '../../support/sources.ts'
import { PROVIDER } from './fixtures.ts'
import type { Spoke } from './formats.ts'

const base = {
  api: 1,
  summary: 'For the matrix.',
  stability: 'stable',
  options: Type.Object({}, { additionalProperties: false })
} as const

/** Heard is what came of one request of a client. */
export interface Heard {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly summary: Summary
  /** What the upstream was sent; undefined if nothing was. */
  readonly sent: RecordedRequest | undefined
}

/** Rig is a gateway with every ingress, in front of one upstream of one format. */
export interface Rig {
  /** ask sends what a client would, while the upstream answers as told. */
  ask(url: string, body: unknown, answer: Answer): Promise<Heard>
}

export interface RigOptions {
  /** Every message is replaced by a copy on its way, so that no encoder can use the wire object it came from. */
  readonly fresh?: boolean
}

/** rig starts a gateway that closes with the test. */
export async function rig(
  t: Test,
  spokes: readonly Spoke[],
  upstream: Spoke,
  { fresh = false }: RigOptions = {}
): Promise<Rig> {
  let answer: Answer = {}
  const server = await fakeUpstream(() => answer)
  const recorder = new Recorder()
  const entries = [
    ...spokes.map(({ id, ingress, options }) => use(ingress, { id: `from-${id}`, options })),
    use(providerOf(upstream, server), { id: PROVIDER }),
    use(defineMeter({ ...base, name: 'recorder', setup: () => recorder })),
    ...(fresh ? [use(defineMiddleware({ ...base, name: 'fresh', setup: () => ({ request: freshen }) }))] : [])
  ]
  const loaded = load(entries, fresh ? ['fresh'] : [])
  const gateway = await createGateway({
    loaded,
    prepared: await preparePlugins(loaded),
    log: memoryLogger('matrix', [])
  })
  t.teardown(async () => {
    await gateway.close()
    await server.close()
  })
  const origin = await gateway.listen()
  return {
    async ask(url, body, next) {
      answer = next
      const before = server.requests.length
      const settled = recorder.next()
      const reply = await fetch(origin + url, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' }
      })
      const { status, headers } = reply
      return { status, headers, text: await reply.text(), summary: await settled, sent: server.requests[before] }
    }
  }
}

/** Recorder hands out the summary of the next exchange. */
class Recorder {
  #resolve: ((summary: Summary) => void) | undefined

  next(): Promise<Summary> {
    return new Promise(resolve => {
      this.#resolve = resolve
    })
  }
  record(summary: Summary): void {
    this.#resolve?.(summary)
  }
}

const providerOf = ({ id, format }: Spoke, { origin }: FakeUpstream) =>
  defineProvider({
    ...base,
    name: id,
    setup: () => providerFrom(format, { baseUrl: origin, path: '/' })
  })

function freshen(x: Pick<Exchange, 'request'>): void {
  if (x.request.op !== 'generate') return
  x.request = { ...x.request, messages: x.request.messages.map(message => structuredClone(message)) }
}

function load(entries: Loaded['entries'], pipeline: readonly string[]): Loaded {
  const given = { server: { host: '127.0.0.1', port: 0 }, plugins: [], pipeline, models: { refreshMs: 0 } }
  const filled = fill(ConfigSchema, given, { env: {}, dir: root }).value as ResolvedConfig
  const config = { ...filled, file: 'matrix' }
  return { file: 'matrix', name: 'matrix', dir: root, env: {}, entries, pipeline, config, problems: [] }
}
