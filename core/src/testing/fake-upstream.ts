import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Gate holds a scripted answer until the test opens it. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

/** gate makes a {@link Gate}. */
export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** Step is one thing an answer does: send a chunk, send the head, wait, break the connection, or never go on. */
export type Step =
  | string
  | Uint8Array
  | { readonly head: true }
  | { readonly wait: Gate }
  | { readonly cut: true }
  | { readonly silent: true }

/** Answer is a scripted reply. Without `status` it is 200; `silent` before any chunk never even sends the head. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly steps?: readonly Step[]
}

/** Script answers requests: one answer each, the last one again and again; or a function that chooses. */
export type Script = Answer | readonly Answer[] | ((request: RecordedRequest) => Answer | Promise<Answer>)

/** RecordedRequest is a request the fake upstream was sent. */
export interface RecordedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** json parses the body. */
  json(): Record<string, unknown>
  /** Settles when the connection's part in this exchange is over: `done` after a whole answer, `aborted` before. */
  readonly closed: Promise<'done' | 'aborted'>
}

/** FakeUpstream is a real HTTP server on a loopback port. */
export interface FakeUpstream {
  readonly origin: string
  readonly requests: readonly RecordedRequest[]
  /** next waits for the next request that has not been handed out by `next` yet. */
  next(): Promise<RecordedRequest>
  close(): Promise<void>
}

/** fakeUpstream starts a scripted upstream. What it is asked stands in `requests`. */
export async function fakeUpstream(script: Script): Promise<FakeUpstream> {
  const requests: RecordedRequest[] = []
  const waiting: ((request: RecordedRequest) => void)[] = []
  let handedOut = 0
  const server = createServer((incoming, outgoing) => {
    const answer = async (request: RecordedRequest): Promise<void> => {
      requests.push(request)
      const wanted = waiting.shift()
      if (wanted !== undefined) {
        handedOut++
        wanted(request)
      }
      await play(await choose(script, request, requests.length - 1), outgoing)
    }
    // A client that leaves and a script that throws both end this one answer.
    record(incoming, outgoing).then(answer).catch(outgoing.destroy.bind(outgoing))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    next() {
      const ready = requests[handedOut]
      if (ready === undefined) return new Promise(resolve => waiting.push(resolve))
      handedOut++
      return Promise.resolve(ready)
    },
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    }
  }
}

function choose(script: Script, request: RecordedRequest, at: number): Answer | Promise<Answer> {
  if (typeof script === 'function') return script(request)
  if (!isList(script)) return script
  return script[Math.min(at, script.length - 1)] ?? {}
}

function isList(script: Answer | readonly Answer[]): script is readonly Answer[] {
  return Array.isArray(script)
}

async function record(incoming: IncomingMessage, outgoing: ServerResponse): Promise<RecordedRequest> {
  const closed = new Promise<'done' | 'aborted'>(resolve => {
    outgoing.once('close', () => resolve(outgoing.writableFinished ? 'done' : 'aborted'))
  })
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString('utf8')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  return { method: incoming.method ?? '', url: incoming.url ?? '', headers, body, json: () => JSON.parse(body), closed }
}

async function play(answer: Answer, outgoing: ServerResponse): Promise<void> {
  const { status = 200, headers = { 'content-type': 'application/json' }, steps = [] } = answer
  const gone = new Promise<void>(resolve => outgoing.once('close', resolve))
  outgoing.statusCode = status
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value)
  for (const step of steps) {
    if (outgoing.destroyed) return
    if (typeof step === 'string' || step instanceof Uint8Array) await Promise.race([written(outgoing, step), gone])
    else if ('head' in step) outgoing.flushHeaders()
    else if ('wait' in step) await Promise.race([step.wait.opened, gone])
    else if ('silent' in step) return
    else {
      outgoing.destroy()
      return
    }
  }
  if (!outgoing.destroyed) outgoing.end()
}

/** written resolves when the chunk has left for the socket, so that chunks stay chunks and a cut comes after them. */
function written(outgoing: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  return new Promise(resolve => outgoing.write(chunk, () => resolve()))
}
