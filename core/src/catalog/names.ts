/** Names come from clients: a longer one is no model of anyone's. */
const MAX_NAME = 256
const PRINTABLE = /^[\x21-\x7e]+$/
/** `-20250929`, `-2024-08-06`, `@20250929`, `-05-2024`, `-0905`, `-2507`: the ways in which vendors date their models. */
const DATE = /[-@](20\d\d-?[01]\d-?[0-3]\d|[01]\d-20\d\d|2[3-9][01]\d|[01]\d[0-3]\d)(-v\d+(:\d+)?)?$/
const UNSTABLE = /preview|beta|alpha|(^|[-_.])(exp|experimental|rc)([-_.\d]|$)/

/**
 * keyOf is what names are compared by: upper and lower case, and `.` and `-`, are the same. Letters of other alphabets
 * that look alike are not: a name with any stands only for itself.
 */
export function keyOf(name: string): string {
  return PRINTABLE.test(name) ? name.toLowerCase().replaceAll('.', '-') : name
}

/** mayPass tells whether a name that no list has may go to an upstream, which may know more. */
export function mayPass(name: string): boolean {
  return name.length > 0 && name.length <= MAX_NAME && PRINTABLE.test(name)
}

/** bareOf is a name without what stands before its last slash. */
export function bareOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** splitVariant takes `:free` off a name. A variant is a word: what else stands behind a colon, such as `:8b`, is part of an id. */
export function splitVariant(name: string): { readonly base: string; readonly variant: string } | undefined {
  const colon = name.lastIndexOf(':')
  const variant = name.slice(colon)
  return colon > 0 && VARIANT.test(variant) ? { base: name.slice(0, colon), variant } : undefined
}

const VARIANT = /^:[a-z][a-z_-]*$/i

const THINKING = '-thinking'

/** withoutThinking takes `-thinking` off a name; undefined where it does not end so. */
export function withoutThinking(name: string): string | undefined {
  const base = name.slice(0, -THINKING.length)
  return base !== '' && name.slice(base.length).toLowerCase() === THINKING ? base : undefined
}

/** undated takes the date off an id, and gives it in digits that sort: newer is greater. */
export function undated(id: string): { readonly base: string; readonly date: string } | undefined {
  const match = DATE.exec(id)
  return match === null ? undefined : { base: id.slice(0, match.index), date: sortable(match[1] ?? '') }
}

function sortable(date: string): string {
  const monthFirst = /^(\d\d)-(20\d\d)$/.exec(date)
  if (monthFirst !== null) return `${monthFirst[2]}${monthFirst[1]}00`
  const digits = date.replaceAll('-', '')
  // `0905` is a day of a year nobody wrote, `2507` a month of 2025: the month goes first, as it has a year.
  if (digits.length === 4) return Number(digits) > 1300 ? `20${digits}00` : `0000${digits}`
  return digits
}

/** isStable tells whether an id is not that of a preview. */
export function isStable(id: string): boolean {
  return !UNSTABLE.test(id.toLowerCase())
}

/** shown is a name as a message may quote it: printable and short. */
export function shown(name: string): string {
  const clean = name.slice(0, 128).replace(/[^\x20-\x7e]/g, '�')
  return name.length > 128 ? `${clean}…` : clean
}

/** matcher makes a test of names out of a pattern in which `*` stands for anything. */
export function matcher(pattern: string): (name: string) => boolean {
  const text = keyOf(pattern)
  if (!text.includes('*')) return name => keyOf(name) === text
  const source = text
    .split('*')
    .map(part => part.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
    .join('.*')
  const expression = new RegExp(`^${source}$`)
  return name => expression.test(keyOf(name))
}
