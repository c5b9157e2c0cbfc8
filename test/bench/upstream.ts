// The fake upstream: a process of its own that speaks all formats from prepared Buffers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answer } from './answer.ts'
import { DELTAS, type Shape } from './content.ts'
import { FORMATS, type Wire } from './wires/index.ts'

const TICK_MS = 10
const SHAPES = Object.keys(DELTAS) as Shape[]

interface Prepared {
  readonly whole: Buffer
  readonly burst: Buffer
  readonly events: Readonly<Record<Shape, readonly Buffer[]>>
}

const prepared = Object.fromEntries(
  Object.entries(FORMATS).map(([wire, { whole, events }]): [string, Prepared] => {
    const buffers = SHAPES.map(shape => [shape, events(shape).map(event => Buffer.from(event))] as const)
    return [
      wire,
      {
        whole: Buffer.from(JSON.stringify(whole('whole'))),
        burst: Buffer.from(events('burst').join('')),
        events: Object.fromEntries(buffers) as Record<Shape, Buffer[]>
      }
    ]
  })
) as Record<Wire, Prepared>

/** Which format a path belongs to, by its end. */
const PATHS: readonly (readonly [RegExp, Wire])[] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/responses$/, 'responses'],
  [/\/messages$/, 'messages'],
  [/:(stream)?generateContent(\?alt=sse)?$/i, 'gemini'],
  [/\/embeddings$/, 'embeddings']
]
const wires = new Map<string, Wire | undefined>()

function wireOf(url: string): Wire | undefined {
  if (!wires.has(url)) wires.set(url, PATHS.find(([path]) => path.test(url))?.[1])
  return wires.get(url)
}

const MODELS = Buffer.from(
  JSON.stringify({
    object: 'list',
    data: SHAPES.map(shape => ({
      id: `bench-${shape}`,
      object: 'model',
      type: 'model',
      created: 0,
      owned_by: 'bench'
    })),
    has_more: false,
    models: SHAPES.map(shape => ({ name: `models/bench-${shape}` }))
  })
)

interface Running {
  readonly events: readonly Buffer[]
  readonly res: ServerResponse
  next: number
}
let paced: Running[] = []

/** send writes the next event and tells whether there are more. */
function send(stream: Running): boolean {
  const { res, events } = stream
  if (res.destroyed) return false
  res.write(events[stream.next++])
  if (stream.next < events.length) return true
  res.end()
  return false
}

// One timer for all streams: every one gets one event per tick, as from a model, and the timers themselves cost nothing.
setInterval(() => {
  if (paced.length > 0) paced = paced.filter(send)
}, TICK_MS)

function saturate(stream: Running): void {
  setImmediate(() => {
    if (send(stream)) saturate(stream)
  })
}

function stream(res: ServerResponse, wire: Wire, shape: Shape): void {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  const running: Running = { events: prepared[wire].events[shape], res, next: 0 }
  if (shape === 'burst') {
    res.write(prepared[wire].burst)
    res.end()
  } else if (shape === 'paced') {
    paced.push(running)
  } else if (shape === 'idle') {
    // Up to the first text and not further: the stream stays open until the other side leaves.
    while (running.next < FORMATS[wire].eventsToText) send(running)
  } else {
    saturate(running)
  }
}

function refuse(res: ServerResponse, why: string): void {
  res.writeHead(400, { 'content-type': 'application/json' })
  res.end(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: why } }))
}

function reply(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  if (req.method === 'GET') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': MODELS.length })
    res.end(MODELS)
    return
  }
  const url = req.url ?? ''
  const wire = wireOf(url)
  const [shape, streams] = wire === 'gemini' ? inPath(url) : inBody(body)
  if (wire === undefined) refuse(res, `${url} is not one of the bench`)
  else if (!shape) refuse(res, 'the model is not one of the bench')
  else if (streams !== (shape !== 'whole')) refuse(res, `${shape}, streamed or not`)
  else if (streams) stream(res, wire, shape)
  else {
    const { whole } = prepared[wire]
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length })
    res.end(whole)
  }
}

const inPath = (url: string): [Shape | undefined, boolean] => {
  const name = /\/bench-(\w+):/.exec(url)?.[1]
  return [SHAPES.find(known => known === name), url.includes(':stream')]
}

const inBody = (body: Buffer): [Shape | undefined, boolean] => {
  const place = body.indexOf('"bench-')
  const name = place === -1 ? '' : body.toString('latin1', place + 7, body.indexOf('"', place + 1))
  return [SHAPES.find(known => known === name), body.includes('"stream":true')]
}

const server = createServer({ keepAliveTimeout: 600_000 }, (req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => reply(req, res, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
})
let connections = 0
server.on('connection', () => {
  connections++
})
server.listen(0, '127.0.0.1')

answer({ connections: () => connections })
