/*
 * Most frames of a stream differ in one string only. After one was parsed in full, the text before that string is
 * remembered; a later frame that begins with it and ends in nothing but closing braces holds one string between, and
 * that string is all that has to be read. This is exact: a frame that is anything else is parsed in full.
 */

/** How many frames in a row may miss before learning costs more than it saves. */
const MAX_MISSES = 8
const TAIL = /^"[ \t\r\n]*\}[ \t\r\n]*\}[ \t\r\n]*$/
/** The usual one. Some servers put white space after the data, of another length each time. */
const BARE_TAIL = '"}}'
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** JSON refuses bare control characters in a string. */
const FIRST_PRINTABLE = 0x20

/** LearnedLiteral reads the one string of frames that are like an earlier one; `T` is what that one was about. */
export class LearnedLiteral<T> {
  #prefix: string | undefined
  #about: T | undefined
  #misses = 0

  /** read gives the string of a frame like the learned one; undefined when it has to be parsed. */
  read(data: string): string | undefined {
    const prefix = this.#prefix
    if (prefix === undefined) return undefined
    if (data.slice(0, prefix.length) === prefix) {
      const end = data.lastIndexOf('"')
      const text = end < prefix.length ? undefined : literal(data, prefix.length, end)
      if (text !== undefined) {
        this.#misses = 0
        return text
      }
    }
    return undefined
  }

  get about(): T | undefined {
    return this.#about
  }

  /** learn takes a frame that was parsed: `member` is the key of the one string in it that changes, `text` its value. */
  learn(data: string, member: string, text: string, about: T): void {
    if (this.#misses >= MAX_MISSES) return
    this.#misses++
    const key = new RegExp(`"${member}"[ \\t\\r\\n]*:[ \\t\\r\\n]*"`).exec(data)
    if (key === null) return
    const start = key.index + key[0].length
    const end = data.lastIndexOf('"')
    // The key must be unique, and its string the last thing in the frame.
    if (data.indexOf(`"${member}"`, start) >= 0 || end < start || literal(data, start, end) !== text) return
    this.#prefix = data.slice(0, start)
    this.#about = about
  }
}

/** literal reads the JSON string whose text stands from `start` to the quote at `end`, if the frame ends after it. */
function literal(data: string, start: number, end: number): string | undefined {
  if (end + BARE_TAIL.length !== data.length || !data.endsWith(BARE_TAIL)) {
    if (!TAIL.test(data.slice(end))) return undefined
  }
  const raw = data.slice(start, end)
  if (isPlain(raw)) return raw
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return undefined
  }
}

/** isPlain tells text that JSON writes as it is. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < FIRST_PRINTABLE || code === QUOTE || code === BACKSLASH) return false
  }
  return true
}
