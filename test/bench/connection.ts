import { connect, type Socket } from 'node:net'

/** Reply is what the load generator keeps of one reply. */
export interface Reply {
  status: number
  /** Payload, without framing. */
  bytes: number
  /** Frames of the chunked body: one for each `write` of the server. */
  writes: number
  /** Reads of the socket. */
  reads: number
  /** When the first byte of the body was read. */
  firstByteMs: number
  /** The last payloads, oldest first. */
  readonly tail: Buffer[]
  /** All payloads, when asked for. */
  readonly body: Buffer[] | undefined
}

type Done = (error: Error | undefined, reply: Reply) => void

const HEAD = 0
const FRAME_SIZE = 1
const FRAME = 2
const FRAME_END = 3
const FIXED = 4
const LAST_LINE = 5
const TAIL_PAYLOADS = 4
const NOTHING = Buffer.alloc(0)

const emptyReply = (capture: boolean): Reply => ({
  status: 0,
  bytes: 0,
  writes: 0,
  reads: 0,
  firstByteMs: 0,
  tail: [],
  body: capture ? [] : undefined
})

/**
 * Connection is a keep-alive HTTP/1.1 client of one socket that reads just enough: a load generator should cost less than
 * what it loads, and only the frames of the chunked body tell how often the server wrote.
 */
export class Connection {
  /** Called at the first byte of a body. */
  onFirstByte: (() => void) | undefined
  readonly #socket: Socket
  #state = HEAD
  #held: Buffer = NOTHING
  #left = 0
  #reply = emptyReply(false)
  #done: Done | undefined
  closed = false

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', chunk => this.#read(chunk))
    this.#socket.on('error', error => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('connection closed')))
  }

  /** untouched tells that the request in flight got no byte of a reply. */
  get untouched(): boolean {
    return this.#reply.reads === 0
  }

  send(request: Buffer, capture: boolean, done: Done): void {
    this.#reply = emptyReply(capture)
    this.#state = HEAD
    this.#done = done
    this.#socket.write(request)
  }

  destroy(): void {
    this.closed = true
    this.#done = undefined
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.closed = true
    const done = this.#done
    this.#done = undefined
    done?.(error, this.#reply)
  }

  #finish(): void {
    const done = this.#done
    this.#done = undefined
    done?.(undefined, this.#reply)
  }

  #payload(bytes: Buffer): void {
    const reply = this.#reply
    if (reply.bytes === 0) {
      reply.firstByteMs = performance.now()
      this.onFirstByte?.()
    }
    reply.bytes += bytes.length
    if (reply.tail.length === TAIL_PAYLOADS) reply.tail.shift()
    reply.tail.push(bytes)
    reply.body?.push(bytes)
  }

  #read(chunk: Buffer): void {
    this.#reply.reads++
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    this.#held = NOTHING
    while (bytes.length > 0) {
      const used = this.#step(bytes)
      if (used === 0) {
        this.#held = bytes
        return
      }
      bytes = bytes.subarray(used)
    }
  }

  /** step reads one element and tells how many bytes it took; 0 when it is not whole yet. */
  #step(bytes: Buffer): number {
    switch (this.#state) {
      case HEAD: {
        const end = bytes.indexOf('\r\n\r\n')
        if (end === -1) return 0
        this.#head(bytes.toString('latin1', 0, end).toLowerCase())
        return end + 4
      }
      case FRAME_SIZE: {
        const end = bytes.indexOf('\r\n')
        if (end === -1) return 0
        this.#left = Number.parseInt(bytes.toString('latin1', 0, end), 16)
        this.#state = this.#left === 0 ? LAST_LINE : FRAME
        if (this.#left > 0) this.#reply.writes++
        return end + 2
      }
      case FRAME:
      case FIXED: {
        const used = Math.min(this.#left, bytes.length)
        this.#payload(bytes.subarray(0, used))
        this.#left -= used
        if (this.#left > 0) return used
        if (this.#state === FIXED) this.#finish()
        else this.#state = FRAME_END
        return used
      }
      case FRAME_END:
        if (bytes.length < 2) return 0
        this.#state = FRAME_SIZE
        return 2
      default:
        if (bytes.length < 2) return 0
        this.#finish()
        return 2
    }
  }

  #head(head: string): void {
    this.#reply.status = Number(head.slice(9, 12))
    if (head.includes('\r\ntransfer-encoding: chunked')) {
      this.#state = FRAME_SIZE
      return
    }
    this.#left = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1])
    this.#state = FIXED
    if (this.#left > 0) return
    const why = Number.isNaN(this.#left) ? 'neither length nor chunks' : 'an empty body'
    this.#fail(new Error(`status ${this.#reply.status}: ${why}`))
  }
}
