// The fake upstream: a process of its own that speaks both formats from prepared Buffers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answer } from './answer.ts'
import type { Wire } from './bodies.ts'
import { DELTAS, replyBody, replyEvents, type Shape } from './replies.ts'

const TICK_MS = 10
/** Events up to the first text. */
const EVENTS_TO_TEXT: Readonly<Record<Wire, number>> = { chat: 2, messages: 3 }
const SHAPES = Object.keys(DELTAS) as Shape[]

const buffers = (wire: Wire) =>
  Object.fromEntries(SHAPES.map(shape => [shape, replyEvents(wire, shape).map(event => Buffer.from(event))])) as Record<
    Shape,
    Buffer[]
  >
const EVENTS: Readonly<Record<Wire, Record<Shape, Buffer[]>>> = { chat: buffers('chat'), messages: buffers('messages') }
const JOINED = {
  chat: Buffer.concat(EVENTS.chat.burst),
  messages: Buffer.concat(EVENTS.messages.burst)
} as const
const WHOLE = { chat: Buffer.from(replyBody('chat')), messages: Buffer.from(replyBody('messages')) } as const
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
    has_more: false
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
  const running: Running = { events: EVENTS[wire][shape], res, next: 0 }
  if (shape === 'burst') {
    res.write(JOINED[wire])
    res.end()
  } else if (shape === 'paced') {
    paced.push(running)
  } else if (shape === 'idle') {
    // Up to the first text and not further: the stream stays open until the other side leaves.
    while (running.next < EVENTS_TO_TEXT[wire]) send(running)
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
  const wire: Wire = req.url?.endsWith('/messages') ? 'messages' : 'chat'
  const place = body.indexOf('"bench-')
  const name = body.toString('latin1', place + 7, body.indexOf('"', place + 1))
  const shape = SHAPES.find(known => known === name)
  if (place === -1 || !shape) refuse(res, 'the model is not one of the bench')
  else if (shape !== 'whole' && !body.includes('"stream":true')) refuse(res, `${shape} is a stream`)
  else if (shape !== 'whole') stream(res, wire, shape)
  else {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': WHOLE[wire].length })
    res.end(WHOLE[wire])
  }
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
