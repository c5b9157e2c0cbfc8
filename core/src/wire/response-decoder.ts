import type { ResponseDecoder, ResponseHead, Rewrite } from '../contract/index.ts'
import { ISTHMUS_UPSTREAM_CLOSED } from '../errors/index.ts'
import type { EventBatch } from '../ir/index.ts'
import { ReplyBuilder } from '../ir/index.ts'
import { isObject, type JsonObject, parseJson, parseObject } from './json.ts'
import { JsonArrayReader } from './json-array-reader.ts'
import { LineReader } from './line-reader.ts'
import { noAnswer, notAnObject, textOf, unreadable } from './reply-body.ts'
import { type SseListener, SseReader } from './sse-reader.ts'

/** ReplyReader is what a codec brings to read a reply in either form: it writes what it read to the builder. */
export interface ReplyReader {
  /** A whole JSON reply, or the error object that a server sent in its place with status 200. */
  whole(body: JsonObject, out: ReplyBuilder): void
  /**
   * One event of a stream: the data of an SSE event, `[DONE]` included, one line of a stream of JSON lines, or one
   * element of a stream that is an array.
   */
  event(data: string, name: string | undefined, out: ReplyBuilder): void
  /** The stream is over. A reader that has seen a finish ends the reply here; one that has not leaves it open. */
  end(out: ReplyBuilder): void
  /** Set where the format also streams as one JSON array, which servers label like a whole reply. */
  readonly arrays?: true
}

/**
 * responseDecoder reads a reply by what it is, not by what was asked for: some servers answer a streaming request with
 * one JSON object, and some label one as the other. A reply that stops before its end becomes an error, never a silent
 * success; nothing that an upstream sends makes it throw.
 */
export function responseDecoder(
  head: ResponseHead,
  provider: string,
  reader: ReplyReader,
  rewrite?: Rewrite
): ResponseDecoder {
  const type = head.headers['content-type']?.toLowerCase() ?? ''
  const read = rewrite === undefined ? reader : rewriting(reader, rewrite)
  if (type.includes('text/event-stream')) return new StreamDecoder(provider, read)
  if (JSON_LINES.test(type)) return new StreamDecoder(provider, read, LineReader)
  return new WholeDecoder(provider, read)
}

/** Streams that have one JSON value on each line. */
const JSON_LINES = /\b(?:ndjson|jsonl|jsonlines|json-lines)\b/

function rewriting(reader: ReplyReader, rewrite: Rewrite): ReplyReader {
  return {
    whole: (body, out) => reader.whole(rewrite(body), out),
    event(data, name, out) {
      const body = parseObject(data)
      reader.event(body === undefined ? data : JSON.stringify(rewrite(body)), name, out)
    },
    end: out => reader.end(out),
    ...(reader.arrays && { arrays: true })
  }
}

/** The first line of a stream, which a server may have labelled as JSON or not at all. */
const SSE_START = /^\s*(?:data|event|id|retry)?:/
const ARRAY_START = /^\s*\[/
/** Enough to tell a stream from JSON, after the white space that some servers keep the connection open with. */
const SNIFF_CHARS = 8
const OPENING_BRACE = 0x7b

class WholeDecoder implements ResponseDecoder {
  #chunks: Uint8Array[] = []
  #sniffed = false
  #stream: StreamDecoder | undefined
  #provider: string
  #reader: ReplyReader

  constructor(provider: string, reader: ReplyReader) {
    this.#provider = provider
    this.#reader = reader
  }

  push(chunk: Uint8Array): EventBatch {
    if (this.#stream !== undefined) return this.#stream.push(chunk)
    this.#chunks.push(chunk)
    // What begins as an object is no stream of any kind, and is read once, at its end.
    if (this.#chunks.length === 1 && chunk[0] === OPENING_BRACE) this.#sniffed = true
    if (this.#sniffed) return []
    const text = textOf(this.#chunks)
    if (text.trimStart().length < SNIFF_CHARS) return []
    this.#sniffed = true
    return this.#streams(text) ? this.#toStream(text) : []
  }

  end(): EventBatch {
    if (this.#stream !== undefined) return this.#stream.end()
    const text = textOf(this.#chunks)
    const out = new ReplyBuilder()
    const body = parseJson(text)
    if (isObject(body)) {
      try {
        this.#reader.whole(body, out)
      } catch (thrown) {
        out.fail(unreadable(this.#provider, thrown))
      }
    } else if (this.#streams(text)) {
      const events = this.#toStream(text)
      return [...events, ...(this.#stream as unknown as StreamDecoder).end()]
    } else {
      out.fail(notAnObject(this.#provider, text))
    }
    if (!out.ended) out.fail(noAnswer(this.#provider))
    return out.take()
  }

  #streams(text: string): boolean {
    return SSE_START.test(text) || (this.#reader.arrays === true && ARRAY_START.test(text))
  }

  #toStream(text: string): EventBatch {
    this.#stream = new StreamDecoder(this.#provider, this.#reader, SSE_START.test(text) ? SseReader : JsonArrayReader)
    const events = this.#stream.push(Buffer.concat(this.#chunks))
    this.#chunks = []
    return events
  }
}

type Frames = SseReader | LineReader | JsonArrayReader

class StreamDecoder implements ResponseDecoder {
  #out = new ReplyBuilder()
  #frames: Frames
  #provider: string
  #reader: ReplyReader
  #events = 0

  constructor(provider: string, reader: ReplyReader, Framing: new (listener: SseListener) => Frames = SseReader) {
    this.#provider = provider
    this.#reader = reader
    const out = this.#out
    this.#frames = new Framing({
      event: (data, name) => {
        this.#events++
        if (!out.ended) reader.event(data, name, out)
      },
      comment: () => out.heartbeat()
    })
  }

  push(chunk: Uint8Array): EventBatch {
    const out = this.#out
    if (out.ended) return []
    try {
      this.#frames.push(chunk)
    } catch (thrown) {
      out.fail(unreadable(this.#provider, thrown))
    }
    return out.take()
  }

  end(): EventBatch {
    const out = this.#out
    if (out.ended) return []
    try {
      const stray = this.#frames.end()
      if (!out.ended) this.#readStray(stray)
      if (!out.ended) this.#reader.end(out)
    } catch (thrown) {
      out.fail(unreadable(this.#provider, thrown))
    }
    if (!out.ended) out.fail(ISTHMUS_UPSTREAM_CLOSED(this.#provider))
    return out.take()
  }

  /** Bare JSON among the events is an error as a rule; where there was no event at all it is the whole reply. */
  #readStray(stray: string): void {
    const parsed = stray === '' ? undefined : parseJson(stray)
    const body = Array.isArray(parsed) ? parsed[0] : parsed
    if (!isObject(body)) return
    if (this.#events === 0) this.#reader.whole(body, this.#out)
    else this.#reader.event(JSON.stringify(body), undefined, this.#out)
  }
}
