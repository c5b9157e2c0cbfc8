import { Child } from './child.ts'
import type { Shape, Size } from './content.ts'
import type { JsonJob } from './json-cost.ts'
import type { Job, Tally } from './load.ts'
import { startServer } from './servers.ts'
import { modelOf, type ServerName, type Variant } from './variants.ts'
import { readText } from './verify.ts'
import { FORMATS, type Wire } from './wires/index.ts'
import type { Loose } from './wires/wire.ts'

/** Load is what a variant is put under. */
export interface Load {
  readonly shape: Shape
  readonly size: Size
  readonly connections: number
  readonly until: Job['until']
}

/** Measured is one round of one variant. */
export interface Measured {
  /** CPU of the server for one reply. */
  readonly cpuUs: number
  readonly replies: number
  readonly bytesPerReply: number
  readonly writesPerReply: number
  readonly readsPerReply: number
  /** Connections that the server opened to the upstream. */
  readonly connectionsPerReply: number
  readonly firstByteMs: readonly number[]
}

export interface LabOptions {
  readonly servers: ReadonlySet<ServerName>
  readonly peerFile?: string | undefined
  readonly quick: boolean
  /** Variant whose CPU profile is taken. */
  readonly profile?: string | undefined
  readonly onProfile?: (profile: unknown) => Promise<void>
}

/**
 * For each server, shared among the ways through it. A server of one way levels off at about 14 000 exchanges. Each further
 * way undoes some of what the engine had settled for those before it: so they take turns, and none has less than a share.
 */
const WARM_UP = {
  exchanges: 20_000,
  streams: 600,
  bursts: 200,
  large: 400,
  vectors: 30,
  turns: 4,
  share: 6000
} as const
const WARM_UP_QUICK = { exchanges: 1500, streams: 120, bursts: 40, large: 80, vectors: 4, turns: 1, share: 0 } as const
const AFTER_LOAD_MS = 15
/** For sockets to open or close on both sides. */
const SETTLE_MS = 100

const PROFILED_TIMES = 15

/** longer makes a round long enough for a profile, which begins with a look at the whole heap. */
const longer = ({ until, ...load }: Load): Load => ({
  ...load,
  until: 'ms' in until ? { ms: until.ms * PROFILED_TIMES } : { count: until.count * PROFILED_TIMES }
})

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Lab is one launch: a fake upstream, a load generator and the servers under test, each a process of its own. */
export class Lab {
  readonly quick: boolean
  readonly #options: LabOptions
  readonly #children: Child[] = []
  readonly #servers = new Map<ServerName, { readonly child: Child; readonly port: number }>()
  readonly #load: Child
  readonly #json: Child
  readonly #upstream: Child
  #upstreamPort = 0

  private constructor(options: LabOptions) {
    this.#options = options
    this.quick = options.quick
    this.#upstream = this.#add(new Child('upstream', new URL('./upstream.ts', import.meta.url)))
    this.#load = this.#add(new Child('load', new URL('./load.ts', import.meta.url)))
    this.#json = this.#add(new Child('json', new URL('./json-cost.ts', import.meta.url)))
  }

  static async launch(options: LabOptions): Promise<Lab> {
    const lab = new Lab(options)
    try {
      lab.#upstreamPort = await lab.#upstream.listening
      for (const name of options.servers) {
        const child = lab.#add(startServer(name, lab.#upstreamPort, options.peerFile))
        lab.#servers.set(name, { child, port: await child.listening })
      }
      return lab
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  get upstreamPort(): number {
    return this.#upstreamPort
  }

  /** warmUp checks each variant's replies once, then runs the servers hot, their variants in turn. */
  async warmUp(variants: readonly Variant[]): Promise<void> {
    for (const variant of variants) await this.#checkAll(variant)
    const { turns } = this.quick ? WARM_UP_QUICK : WARM_UP
    for (let turn = 0; turn < turns; turn++) {
      for (const variant of variants) {
        const sharers = variants.filter(other => other.server === variant.server).length
        await this.#heat(variant, 1 / turns, 1 / sharers)
      }
    }
  }

  async #checkAll(variant: Variant): Promise<void> {
    await this.#check(variant, 'whole')
    if (variant.client === 'embeddings' || variant.server === 'peer') return
    for (const shape of ['short', 'saturated', 'burst'] as const) await this.#check(variant, shape)
  }

  /** heat gives a variant a part of its warm-up; `share` is its part of what its server gets. */
  async #heat(variant: Variant, part: number, share: number): Promise<void> {
    const amounts = this.quick ? WARM_UP_QUICK : WARM_UP
    const run = (shape: Shape, size: Size, connections: number, amount: number) =>
      this.#run(variant, { shape, size, connections, until: { count: Math.ceil(amount * part) } })
    if (variant.client === 'embeddings') {
      await run('whole', '1k', 4, amounts.vectors)
      return
    }
    await run('whole', '1k', 32, Math.max(amounts.exchanges * share, amounts.share))
    if (variant.server === 'peer') return
    await run('saturated', '1k', 16, amounts.streams * share)
    await run('burst', '1k', 16, amounts.bursts * share)
    await run('whole', '200k', 16, amounts.large * share)
  }

  /** measure puts a variant under load and reads what its server spent. */
  async measure(variant: Variant, load: Load): Promise<Measured> {
    const { child } = this.#server(variant.server)
    const profiled = this.#options.profile === variant.id
    if (profiled) await child.ask('profile')
    const connections = await this.#upstream.ask<number>('connections')
    const before = await child.ask<number>('cpu')
    const tally = await this.#run(variant, profiled ? longer(load) : load)
    // What the exchanges left to do, such as the log's buffer, belongs to them.
    await pause(AFTER_LOAD_MS)
    const after = await child.ask<number>('cpu')
    if (profiled) await this.#options.onProfile?.(await child.ask('profiled'))
    const per = (value: number) => value / tally.replies
    return {
      cpuUs: per(after - before),
      replies: tally.replies,
      bytesPerReply: per(tally.bytes),
      writesPerReply: per(tally.writes),
      readsPerReply: per(tally.reads),
      connectionsPerReply: per((await this.#upstream.ask<number>('connections')) - connections),
      firstByteMs: tally.firstByteMs
    }
  }

  /** idleBytes is what one open stream holds in heap and external memory after a collection. */
  async idleBytes(variant: Variant, size: Size, streams: number): Promise<number> {
    const { child } = this.#server(variant.server)
    const job = this.#job(variant, { shape: 'idle', size, connections: streams, until: { count: streams } })
    // Once for the connection pools and tables to grow to what they will be, once to measure.
    await this.#load.ask('hold', job)
    await this.#load.ask('release')
    await pause(SETTLE_MS)
    const before = await child.ask<number>('memory')
    await this.#load.ask('hold', job)
    await pause(SETTLE_MS)
    const open = await child.ask<number>('memory')
    await this.#load.ask('release')
    return (open - before) / streams
  }

  /** jsonUs is what JSON and UTF-8 alone cost for a request, both ways. */
  jsonUs(wire: Wire, size: Size, ms: number): Promise<number> {
    const job: JsonJob = { wire, size, ms }
    return this.#json.ask('run', job)
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map(child => child.close()))
  }

  #add(child: Child): Child {
    this.#children.push(child)
    return child
  }

  #server(name: ServerName): { readonly child: Child; readonly port: number } {
    const server = this.#servers.get(name)
    if (!server) throw new Error(`${name} was not started`)
    return server
  }

  #job(variant: Variant, load: Load): Job {
    const headers =
      variant.server === 'peer'
        ? {
            'x-portkey-provider': 'openai',
            'x-portkey-custom-host': `http://127.0.0.1:${this.#upstreamPort}/v1`
          }
        : undefined
    return {
      port: this.#server(variant.server).port,
      wire: variant.client,
      model: modelOf(variant, load.shape),
      size: load.size,
      stream: load.shape !== 'whole',
      connections: load.connections,
      until: load.until,
      ...(headers && { headers })
    }
  }

  async #run(variant: Variant, load: Load, capture = false): Promise<Tally> {
    const tally = await this.#load.ask<Tally>('run', { ...this.#job(variant, load), capture })
    if (tally.wrong.length > 0) throw new Error(`${variant.id}, ${load.shape}: ${tally.wrong.join('\n')}`)
    if (tally.replies === 0) throw new Error(`${variant.id}, ${load.shape}: no reply in time`)
    return tally
  }

  /** check takes one reply apart: its text must be what the upstream sent. */
  async #check(variant: Variant, shape: Shape): Promise<void> {
    const { body } = await this.#run(variant, { shape, size: '1k', connections: 1, until: { count: 1 } }, true)
    const { textOf, whole } = FORMATS[variant.upstream]
    if (readText(variant.client, shape !== 'whole', body) !== textOf(whole(shape) as Loose)) {
      throw new Error(`${variant.id}, ${shape}: the text is not what the upstream sent\n${body.slice(0, 2000)}`)
    }
  }
}
