// The load generator: a process of its own that sends prepared bytes and counts what comes back.
import { answer } from './answer.ts'
import { Connection, type Reply } from './connection.ts'
import type { Size } from './content.ts'
import { FORMATS, type Wire } from './wires/index.ts'

/** Job is one burst of load on one server. */
export interface Job {
  readonly port: number
  readonly wire: Wire
  readonly model: string
  readonly size: Size
  readonly stream: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** At most so many at once, each on its own connection. */
  readonly connections: number
  /** Requests begin until the time is over, or until so many have begun. */
  readonly until: { readonly ms: number } | { readonly count: number }
  /** Keep the body of the last reply. */
  readonly capture?: boolean
}

/** Tally is what came of a job. */
export interface Tally {
  replies: number
  bytes: number
  writes: number
  reads: number
  /** From the request to the first byte of the body, for each reply. */
  readonly firstByteMs: number[]
  /** The first few replies that were not what they should be. */
  readonly wrong: string[]
  body: string
}

const prepared = new Map<string, Buffer>()
const idle = new Map<number, Connection[]>()
let held: Connection[] = []

function prepare({ wire, model, size, stream, headers }: Job): Buffer {
  const key = JSON.stringify([wire, model, size, stream, headers])
  const known = prepared.get(key)
  if (known) return known
  const format = FORMATS[wire]
  const ask = { model, size, stream }
  const body = Buffer.from(JSON.stringify(format.body(ask)))
  const extra = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`)
  const head =
    `POST ${format.path(ask)} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: */*\r\n` +
    `user-agent: bench\r\n${format.credential}\r\n${extra.join('')}content-length: ${body.length}\r\n\r\n`
  const request = Buffer.concat([Buffer.from(head), body])
  prepared.set(key, request)
  return request
}

function take(port: number): { connection: Connection; used: boolean } {
  const free = idle.get(port)
  for (let connection = free?.pop(); connection; connection = free?.pop()) {
    if (!connection.closed) return { connection, used: true }
  }
  return { connection: new Connection(port), used: false }
}

function give(port: number, connection: Connection): void {
  const free = idle.get(port)
  if (free) free.push(connection)
  else idle.set(port, [connection])
}

/** exchange sends once; a kept-alive connection that the server had closed meanwhile is replaced. */
function exchange(job: Job, request: Buffer, done: (error: Error | undefined, reply: Reply) => void): void {
  const { connection, used } = take(job.port)
  connection.send(request, job.capture ?? false, (error, reply) => {
    if (!error) give(job.port, connection)
    else if (used && connection.untouched) return exchange(job, request, done)
    done(error, reply)
  })
}

function run(job: Job): Promise<Tally> {
  const request = prepare(job)
  const { endOfStream, endOfWhole } = FORMATS[job.wire]
  const mark = job.stream ? endOfStream : endOfWhole
  const tally: Tally = { replies: 0, bytes: 0, writes: 0, reads: 0, firstByteMs: [], wrong: [], body: '' }
  const endsAtMs = 'ms' in job.until ? performance.now() + job.until.ms : Number.POSITIVE_INFINITY
  let left = 'count' in job.until ? job.until.count : Number.POSITIVE_INFINITY
  return new Promise(resolve => {
    let active = 0
    const begin = () => {
      if (left <= 0 || performance.now() >= endsAtMs) {
        if (active === 0) resolve(tally)
        return
      }
      left--
      active++
      const startMs = performance.now()
      exchange(job, request, (error, reply) => {
        active--
        const tail = Buffer.concat(reply.tail).toString()
        if (error || reply.status !== 200 || !tail.includes(mark)) {
          if (tally.wrong.length < 3)
            tally.wrong.push(`${error?.message ?? `status ${reply.status}`}: ${tail.slice(-500)}`)
          // Not to spin on a server that refuses everything.
          left = 0
        } else {
          tally.replies++
          tally.bytes += reply.bytes
          tally.writes += reply.writes
          tally.reads += reply.reads
          tally.firstByteMs.push(reply.firstByteMs - startMs)
          if (reply.body) tally.body = Buffer.concat(reply.body).toString()
        }
        begin()
      })
    }
    const first = Math.min(job.connections, left)
    for (let n = 0; n < first; n++) begin()
  })
}

/** hold opens streams that the upstream never ends, and answers when each one has its first bytes. */
function hold(job: Job): Promise<void> {
  const request = prepare(job)
  return new Promise((resolve, reject) => {
    let waiting = job.connections
    for (let n = 0; n < job.connections; n++) {
      const connection = new Connection(job.port)
      held.push(connection)
      connection.onFirstByte = () => {
        waiting--
        if (waiting === 0) resolve()
      }
      connection.send(request, false, (error, reply) =>
        reject(error ?? new Error(`an idle stream ended: ${reply.status} ${Buffer.concat(reply.tail)}`))
      )
    }
  })
}

function release(): void {
  for (const connection of held) connection.destroy()
  held = []
}

answer({ run: job => run(job as Job), hold: job => hold(job as Job), release })
