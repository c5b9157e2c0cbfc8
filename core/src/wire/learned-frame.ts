import { type JsonObject, parseObject } from './json.ts'

/*
 * Most frames of a stream differ from the one before in the text that was added, in counters, and in padding of random
 * length. After one was parsed in full, the text around those places is remembered. A later frame that has the same text
 * around them, and a well-formed value in each, would parse to the same object with other values there: only the text is
 * read. This is exact: a frame that is anything else is parsed in full.
 */

/** How many frames in a row may miss before learning costs more than it saves. */
const MAX_MISSES = 8
const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const NINE = 0x39
const OPEN = 0x7b
const CLOSE = 0x7d
/** A quote, a backslash or a control character: anything else in a JSON string stands for itself. */
const NEEDS_PARSING = /[^ !#-[\]-\uffff]/

/** FrameValues says what may differ from frame to frame, in the text of a frame and in the object it parses to. */
export interface FrameValues {
  /** Where the values begin: that of the added text first. Each is a string or a whole number. Undefined when there is no text. */
  places(data: string): readonly number[] | undefined
  /** The values of those places, in the same order. */
  values(frame: JsonObject): readonly unknown[]
}

interface Place {
  readonly order: number
  readonly from: number
  readonly to: number
}

/** LearnedFrame reads the text of frames that are like an earlier one; `T` is what that one was about. */
export class LearnedFrame<T> {
  #values: FrameValues
  /** The text before each place, and what follows the last one. */
  #around: readonly string[] = []
  /** Which of the places is the text. */
  #text = 0
  #about: T | undefined
  #misses = 0

  constructor(values: FrameValues) {
    this.#values = values
  }

  get about(): T | undefined {
    return this.#about
  }

  /** read gives the text of a frame like the learned one; undefined when it has to be parsed. */
  read(data: string): string | undefined {
    if (this.#about === undefined) return undefined
    const around = this.#around
    const last = around.length - 1
    let text: string | undefined
    let at = 0
    for (let place = 0; place < last; place++) {
      const before = around[place]!
      const from = at + before.length
      if (data.slice(at, from) !== before) return undefined
      at = endOfValue(data, from)
      if (at < 0) return undefined
      if (data.charCodeAt(from) === QUOTE) {
        const value = literal(data, from, at)
        if (value === undefined) return undefined
        if (place === this.#text) text = value
      } else if (place === this.#text) return undefined
    }
    if (data.slice(at) !== around[last]) return undefined
    this.#misses = 0
    return text
  }

  /** learn takes a frame that was parsed and did nothing but add its text, or what a later one like it would do again. */
  learn(data: string, about: T): void {
    if (this.#misses >= MAX_MISSES) return
    this.#misses++
    const places = this.#find(data)
    if (places === undefined || !this.#holds(data, places)) return
    let from = 0
    const around = places.map(place => {
      const before = data.slice(from, place.from)
      from = place.to
      return before
    })
    this.#around = [...around, data.slice(from)]
    this.#text = places.findIndex(place => place.order === 0)
    this.#about = about
  }

  /** forget is for a reader where a frame that was parsed may have changed what a frame like the learned one does. */
  forget(): void {
    this.#about = undefined
  }

  #find(data: string): readonly Place[] | undefined {
    const places = this.#values.places(data)?.map((from, order) => ({ order, from, to: endOfValue(data, from) }))
    return places?.every(({ to }) => to >= 0) ? places.sort((a, b) => a.from - b.from) : undefined
  }

  /** #holds tells whether the places hold those values and no others: other values there must be read as those. */
  #holds(data: string, places: readonly Place[]): boolean {
    const probes: unknown[] = []
    let probe = ''
    let from = 0
    for (const place of places) {
      if (place.from < from) return false
      // A number stays a number, and a string a string.
      const value = data.charCodeAt(place.from) === QUOTE ? `probe ${place.order}` : 7_654_321 + place.order
      probes[place.order] = value
      probe += data.slice(from, place.from) + JSON.stringify(value)
      from = place.to
    }
    const parsed = parseObject(probe + data.slice(from))
    if (parsed === undefined || typeof probes[0] !== 'string') return false
    const values = this.#values.values(parsed)
    return values.length === probes.length && values.every((value, order) => value === probes[order])
  }
}

/** numbersIn finds where the numbers of the object that begins at `from` begin. */
export function numbersIn(data: string, from: number): readonly number[] {
  const places: number[] = []
  let depth = 0
  for (let at = from; at < data.length; at++) {
    const code = data.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfValue(data, at)
      if (end < 0) return places
      at = end - 1
    } else if (isDigit(code)) {
      places.push(at)
      while (isDigit(data.charCodeAt(at + 1))) at++
    } else if (code === OPEN) depth++
    else if (code === CLOSE && --depth === 0) return places
  }
  return places
}

const MEMBERS = new Map<string, RegExp>()

/** valueAfter finds where the value of the first member of a name begins; -1 when there is none. The names are a codec's own. */
export function valueAfter(data: string, name: string): number {
  let member = MEMBERS.get(name)
  if (member === undefined) {
    member = new RegExp(`"${name}"[ \\t\\r\\n]*:[ \\t\\r\\n]*`)
    MEMBERS.set(name, member)
  }
  const found = member.exec(data)
  return found === null ? -1 : found.index + found[0].length
}

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE

/** endOfValue finds the end of a string, or of a whole number; -1 where there is neither. */
function endOfValue(data: string, from: number): number {
  if (data.charCodeAt(from) !== QUOTE) return endOfNumber(data, from)
  let end = data.indexOf('"', from + 1)
  while (end > 0 && isEscaped(data, end)) end = data.indexOf('"', end + 1)
  return end < 0 ? end : end + 1
}

/** An odd number of backslashes before a quote is one that belongs to it. */
function isEscaped(data: string, quote: number): boolean {
  let at = quote
  while (data.charCodeAt(at - 1) === BACKSLASH) at--
  return (quote - at) % 2 === 1
}

function endOfNumber(data: string, from: number): number {
  let at = from
  while (isDigit(data.charCodeAt(at))) at++
  const leadingZero = data.charCodeAt(from) === ZERO && at > from + 1
  return at === from || leadingZero ? -1 : at
}

/** literal reads the JSON string between two places. */
function literal(data: string, from: number, to: number): string | undefined {
  const inner = data.slice(from + 1, to - 1)
  if (!NEEDS_PARSING.test(inner)) return inner
  try {
    return JSON.parse(data.slice(from, to)) as string
  } catch {
    // No JSON: the frame is read the ordinary way, which tells of it.
    return undefined
  }
}
