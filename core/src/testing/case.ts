import { ok } from 'node:assert/strict'
import { isGatewayError } from '../errors/index.ts'
import type { GenerateRequest, IrEvent } from '../ir/index.ts'
import { fold, type IrResponse } from '../ir/index.ts'
import { assertGrammar } from './grammar.ts'

/** Case is one thing the kit holds a plugin to. `run` throws when the plugin falls short; any test runner can call it. */
export interface Case {
  readonly name: string
  run(): void | Promise<void>
}

/** deepFreeze makes data read-only all the way down, so that code under test cannot edit it unseen. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const member of Object.values(value)) deepFreeze(member)
  return value
}

/** withoutSource gives the request as if a plugin had made it: nothing is remembered of its wire form. */
export function withoutSource(request: GenerateRequest): GenerateRequest {
  const { source: _source, ...rest } = request
  return rest
}

/** stringsIn collects every string of a JSON value, keys included. */
export function stringsIn(value: unknown, found: string[] = []): string[] {
  if (typeof value === 'string') found.push(value)
  else if (Array.isArray(value)) for (const item of value) stringsIn(item, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      found.push(name)
      stringsIn(member, found)
    }
  }
  return found
}

/** wired is what is left of a value on the wire. */
export function wired(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** outcomeOf checks the grammar of a whole reply and says how it came out. */
export function outcomeOf(events: readonly IrEvent[]): { readonly response?: IrResponse; readonly error?: Error } {
  assertGrammar(events)
  try {
    return { response: fold(events) }
  } catch (thrown) {
    ok(isGatewayError(thrown), `folding threw something that is no gateway error: ${String(thrown)}`)
    return { error: thrown }
  }
}

/** throwsOnly runs a function that may refuse, and fails when what it throws is not one of the gateway's errors. */
export function throwsOnly(run: () => unknown, what: string): void {
  try {
    run()
  } catch (thrown) {
    ok(isGatewayError(thrown), `${what}: threw ${String(thrown)} instead of an error of createError`)
  }
}
