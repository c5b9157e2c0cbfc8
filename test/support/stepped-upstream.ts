import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** SteppedUpstream speaks Chat Completions and writes to its open streams when it is told, and only then. */
export interface SteppedUpstream {
  readonly url: string
  /** How many streams are open. */
  readonly open: number
  /** until resolves once that many streams are open. */
  until(open: number): Promise<void>
  /** step writes one more piece to every open stream, and ends those that have all of theirs. */
  step(): void
}

interface Stream {
  readonly reply: ServerResponse
  readonly words: string
  readonly steps: number
  written: number
}

const frame = (delta: unknown, finish: string | null) =>
  `data: ${JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }]
  })}\n\n`

/**
 * steppedUpstream starts one until the test ends. The last message of a request is `<name> <steps>`; each piece of the reply
 * is `<name>@<model>#<piece> `, so that a piece tells whose it is.
 */
export async function steppedUpstream(t: Test): Promise<SteppedUpstream> {
  const streams = new Set<Stream>()
  const waiting = new Set<() => void>()
  const server = createServer((request, reply) => {
    if (request.method === 'GET') {
      reply.end('{"object":"list","data":[]}')
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { model, messages } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      const [name, steps] = messages.at(-1).content.split(' ')
      const stream = { reply, words: `${name}@${model}`, steps: Number(steps), written: 0 }
      reply.writeHead(200, { 'content-type': 'text/event-stream' })
      write(stream)
      streams.add(stream)
      reply.once('close', () => streams.delete(stream))
      for (const look of waiting) look()
    })
  })
  const write = (stream: Stream) => stream.reply.write(frame({ content: `${stream.words}#${stream.written++} ` }, null))
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get open() {
      return streams.size
    },
    until(open) {
      return new Promise(resolve => {
        const look = () => {
          if (streams.size < open) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
    step() {
      for (const stream of [...streams]) {
        write(stream)
        if (stream.written < stream.steps) continue
        streams.delete(stream)
        stream.reply.end(`${frame({}, 'stop')}data: [DONE]\n\n`)
      }
    }
  }
}
