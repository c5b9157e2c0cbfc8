import type { AudioPart, OpenPart, ReplyBuilder } from '@isthmus/core'
import { type JsonObject, numberOf, restOf, stringOf } from '@isthmus/core/wire'
import { makeExt } from './ext.ts'
import { audioMime } from './part-decode.ts'

const KEYS: ReadonlySet<string> = new Set(['data', 'transcript', 'expires_at'])

/** AudioReader puts the audio answer of a choice together: its data and its transcript grow side by side. */
export class AudioReader {
  #choice: number
  #format: string | undefined
  #out: ReplyBuilder
  #open: OpenPart | undefined
  #pieces: string[] = []
  #transcript = ''
  #members: JsonObject = {}
  #expiresAt: number | undefined

  constructor(choice: number, format: string | undefined, out: ReplyBuilder) {
    this.#choice = choice
    this.#format = format
    this.#out = out
  }

  get started(): boolean {
    return this.#open !== undefined
  }
  /** Whether all of the answer has come: its time of expiry is said last. */
  get complete(): boolean {
    return this.#expiresAt !== undefined && this.#pieces.length > 0
  }

  read(audio: JsonObject): void {
    Object.assign(this.#members, restOf(audio, KEYS))
    const data = stringOf(audio.data) ?? ''
    const transcript = stringOf(audio.transcript) ?? ''
    this.#expiresAt = numberOf(audio.expires_at) ?? this.#expiresAt
    this.#open ??= this.#out.open(this.#choice, this.#part(''))
    if (data !== '') this.#pieces.push(data)
    this.#transcript += transcript
    this.#out.append(this.#open, 'transcript', transcript)
    this.#out.append(this.#open, 'audio', data)
  }

  close(): void {
    if (this.#open !== undefined) this.#out.close(this.#open, this.#part(joinBase64(this.#pieces)))
  }

  #part(data: string): AudioPart {
    const format = this.#format
    const ext = Object.keys(this.#members).length > 0 ? makeExt(this.#members) : undefined
    return {
      type: 'audio',
      source: { kind: 'inline', mime: format === undefined ? 'application/octet-stream' : audioMime(format), data },
      ...(format !== undefined && { format }),
      ...(this.#transcript !== '' && { transcript: this.#transcript }),
      ...(this.#expiresAt !== undefined && { expiresAt: this.#expiresAt }),
      ...(ext !== undefined && { ext })
    }
  }
}

/** hasAudio tells an answer from the empty object that some servers send in its place. */
export function hasAudio({ id, data, transcript, expires_at: expiresAt }: JsonObject): boolean {
  return Boolean(id) || Boolean(data) || Boolean(transcript) || Boolean(expiresAt)
}

/** joinBase64 puts pieces together that were encoded one by one: padding may only stand at the end. */
function joinBase64(pieces: readonly string[]): string {
  const padded = pieces.slice(0, -1).some(piece => piece.endsWith('=') || piece.length % 4 !== 0)
  if (!padded) return pieces.join('')
  return Buffer.concat(pieces.map(piece => Buffer.from(piece, 'base64'))).toString('base64')
}
