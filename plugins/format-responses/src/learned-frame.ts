import { parseObject } from '@isthmus/core/wire'

/*
 * Most frames of a stream differ from the one before in the text that was added, in their number and in padding of random
 * length. After one was parsed in full, the text around those places is remembered. A later frame that has the same text
 * around them, and a well-formed value in each, would parse to the same object with other values there: only the text is
 * read. A frame that is anything else is parsed in full.
 */

/** How many frames in a row may miss before learning costs more than it saves. */
const MAX_MISSES = 8
const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const NINE = 0x39
/** JSON refuses bare control characters in a string. */
const FIRST_PRINTABLE = 0x20

const TEXT = 'delta'
/** What changes beside the text: the frame's number and its padding. */
const OTHERS = ['sequence_number', 'obfuscation'] as const
const PROBES: Readonly<Record<string, unknown>> = { delta: 'probe', sequence_number: 7654321, obfuscation: 'padding' }

interface Place {
  readonly key: string
  readonly from: number
  readonly to: number
}

/** LearnedFrame reads the text of frames that are like an earlier one; `T` is what that one was about. */
export class LearnedFrame<T> {
  /** The text before each place, and what follows the last one. */
  #around: readonly string[] = []
  #keys: readonly string[] = []
  #about: T | undefined
  #misses = 0

  get about(): T | undefined {
    return this.#about
  }

  /** read gives the text of a frame like the learned one; undefined when it has to be parsed. */
  read(data: string): string | undefined {
    if (this.#about === undefined) return undefined
    const around = this.#around
    const keys = this.#keys
    let text: string | undefined
    let at = 0
    for (let place = 0; place < keys.length; place++) {
      const before = around[place]!
      if (data.slice(at, at + before.length) !== before) return undefined
      at += before.length
      const isText = keys[place] === TEXT
      const end = isText && data.charCodeAt(at) !== QUOTE ? -1 : endOfValue(data, at)
      const value = end < 0 ? undefined : literal(data.slice(at, end))
      if (value === undefined) return undefined
      if (isText) text = value
      at = end
    }
    if (data.slice(at) !== around.at(-1)) return undefined
    this.#misses = 0
    return text
  }

  /** learn takes a frame that was parsed and did nothing but add its text. */
  learn(data: string, about: T): void {
    if (this.#misses >= MAX_MISSES) return
    this.#misses++
    const places = findPlaces(data)
    if (places === undefined || !holds(data, places)) return
    let from = 0
    const around = places.map(place => {
      const before = data.slice(from, place.from)
      from = place.to
      return before
    })
    this.#around = [...around, data.slice(from)]
    this.#keys = places.map(place => place.key)
    this.#about = about
  }
}

function findPlaces(data: string): readonly Place[] | undefined {
  const places: Place[] = []
  for (const key of [TEXT, ...OTHERS]) {
    const found = new RegExp(`"${key}"[ \\t\\r\\n]*:[ \\t\\r\\n]*`).exec(data)
    if (found === null) {
      if (key === TEXT) return undefined
      continue
    }
    const from = found.index + found[0].length
    const to = endOfValue(data, from)
    if (to < 0) return undefined
    places.push({ key, from, to })
  }
  return places.sort((a, b) => a.from - b.from)
}

/** holds tells whether the places are the event's own members, and not of an object within: other values there must be read as those. */
function holds(data: string, places: readonly Place[]): boolean {
  let probe = ''
  let from = 0
  for (const { key, from: start, to } of places) {
    // A number stays a number, and a string a string.
    if ((data.charCodeAt(start) === QUOTE) !== (typeof PROBES[key] === 'string')) return false
    probe += data.slice(from, start) + JSON.stringify(PROBES[key])
    from = to
  }
  const parsed = parseObject(probe + data.slice(from))
  return parsed !== undefined && places.every(({ key }) => parsed[key] === PROBES[key])
}

/** endOfValue finds the end of a string, or of a whole number; -1 where there is neither. */
function endOfValue(data: string, from: number): number {
  if (data.charCodeAt(from) !== QUOTE) return endOfNumber(data, from)
  for (let at = from + 1; at < data.length; at++) {
    const code = data.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  return -1
}

function endOfNumber(data: string, from: number): number {
  let at = from
  while (at < data.length && data.charCodeAt(at) >= ZERO && data.charCodeAt(at) <= NINE) at++
  const leadingZero = data.charCodeAt(from) === ZERO && at > from + 1
  return at === from || leadingZero ? -1 : at
}

/** literal reads a JSON string; a number it gives back as it stands. */
function literal(raw: string): string | undefined {
  if (raw.charCodeAt(0) !== QUOTE) return raw
  const inner = raw.slice(1, -1)
  if (isPlain(inner)) return inner
  try {
    return JSON.parse(raw) as string
  } catch {
    return undefined
  }
}

/** isPlain tells text that JSON writes as it is. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < FIRST_PRINTABLE || code === BACKSLASH) return false
  }
  return true
}
