import type { Part } from '@isthmus/core'
import { isObject, type JsonObject, parseJson } from '@isthmus/core/wire'
import type { Spelling } from './types.ts'

/*
 * The result of a call is an object in this format, where `output` and `error` have a meaning of their own, and a list of
 * parts in the IR.
 */

/** ReadResponse is what the `response` of a call says. */
export interface ReadResponse {
  readonly content: readonly Part[]
  readonly isError?: boolean
}

/** resultSpelling tells what stands behind the text of a result that was no string; undefined for a string. */
export function resultSpelling(wire: JsonObject | undefined): Spelling['result'] {
  if (wire === undefined || Object.keys(wire).length === 0) return undefined
  const member = ['output', 'error'].find(name => isOnly(wire, name))
  if (member === undefined) return 'response'
  return typeof wire[member] === 'string' ? undefined : 'member'
}

/** KeptResponse is how a client wrote a result. */
export interface KeptResponse {
  readonly wire: JsonObject | undefined
  /** Where in the content the media begin. */
  readonly media: number
  readonly isError: boolean | undefined
}

/**
 * What clients wrote, by the content that was made of it: content that was replaced is never written back as it was. One text
 * says all of it by itself; it is not kept here, as each entry costs the engine's collector more than writing it again.
 */
const kept = new WeakMap<readonly Part[], KeptResponse>()

/** decodeResponse reads a `response` and the media beside it. */
export function decodeResponse(wire: JsonObject | undefined, media: readonly Part[]): ReadResponse {
  const text = wire === undefined ? undefined : textOf(wire)
  const content: readonly Part[] = text === undefined ? [...media] : [{ type: 'text', text }, ...media]
  const isError = wire !== undefined && isOnly(wire, 'error') ? true : undefined
  if (media.length > 0 || resultSpelling(wire) !== undefined || text === undefined) {
    kept.set(content, { wire, isError, media: text === undefined ? 0 : 1 })
  }
  return { content, ...(isError !== undefined && { isError }) }
}

function textOf(wire: JsonObject): string | undefined {
  if (isOnly(wire, 'output')) return plain(wire.output)
  if (isOnly(wire, 'error')) return plain(wire.error)
  return Object.keys(wire).length === 0 ? undefined : JSON.stringify(wire)
}

const isOnly = (wire: JsonObject, name: string): boolean => Object.hasOwn(wire, name) && Object.keys(wire).length === 1
const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** keptResponse gives the `response` that content was made of, when it is the very content that was read. */
export function keptResponse(content: readonly Part[], isError: boolean | undefined): KeptResponse | undefined {
  const found = kept.get(content)
  return found?.isError === isError ? found : undefined
}

/** responseObject makes the object of the texts of a result, in the form it was read from if it still has it. */
export function responseObject(
  texts: readonly string[],
  isError: boolean | undefined,
  spelling?: Spelling['result']
): JsonObject {
  const text = texts.join('\n')
  const value = spelling === undefined ? undefined : parseJson(text)
  if (spelling === 'response' && isObject(value)) return value
  const member = spelling === 'member' && value !== undefined ? value : text
  return isError ? { error: member } : { output: member }
}

/** isMedia tells the parts of a result that stand beside its object. */
export function isMedia(part: Part): boolean {
  const { type } = part
  return type === 'image' || type === 'audio' || type === 'video' || (type === 'file' && isBytes(part.source))
}

function isBytes(source: unknown): boolean {
  return isObject(source) && source.kind !== 'text' && source.kind !== 'blocks'
}
