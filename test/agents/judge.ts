import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ended } from './launch.ts'
import type { Recorded } from './recorder.ts'
import { CONTENT, COPY, FILE, SAID } from './task.ts'
import type { Tapped } from './wiretap.ts'

/** Evidence is all that is known of one run. */
export interface Evidence {
  readonly ended: Ended
  readonly folder: string
  readonly requests: readonly Tapped[]
  readonly records: readonly Recorded[]
}

/** Verdict is what came of a run. */
export interface Verdict {
  /** What is wrong; empty when the run is as it should be. */
  readonly faults: readonly string[]
  /** Exchanges with a model. */
  readonly exchanges: number
  /** What the gateway could not say to the upstream, each once. */
  readonly gaps: readonly string[]
  readonly seals: Seals
}

/** Seals is what became of the opaque state that replies of the conversation carried. */
export interface Seals {
  /** How many came before a further request. */
  readonly given: number
  /** How many of these that request brought back, byte for byte. */
  readonly back: number
  /** How many came back that nobody had given. */
  readonly strange: number
}

/** judge looks at a run. */
export function judge(evidence: Evidence): Verdict {
  const { ended, folder, requests, records } = evidence
  const faults: string[] = []
  const expect = (ok: boolean, fault: string) => {
    if (!ok) faults.push(fault)
  }
  const text = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined)
  expect(ended.code === 0, ended.code === null ? 'it did not end in time' : `exit code ${ended.code}`)
  expect(text(FILE)?.trimEnd() === CONTENT, `${FILE} is not what was to be written`)
  expect(text(COPY) === text(FILE) && text(COPY) !== undefined, 'the command did not run')
  expect(ended.out.includes(SAID), 'its report does not hold what the command said')
  for (const { method, path, status, error } of requests) {
    // A WebSocket is refused so that the agent goes on with HTTP.
    expect(status < 400 || status === 426, `${method} ${path}: ${status} ${error ?? ''}`)
  }
  const ends = records.flatMap(record => (record.what === 'end' ? [record.summary] : []))
  const asked = records.filter(({ what }) => what === 'request').length
  for (const { outcome, code } of ends) expect(outcome === 'ok', `an exchange ended as ${outcome} ${code ?? ''}`)
  expect(asked >= 3, `only ${asked} exchanges`)
  return {
    faults,
    exchanges: asked,
    gaps: [...new Set(ends.flatMap(({ gaps }) => gaps.map(({ feature, action }) => `${feature}=${action}`)))].sort(),
    seals: sealsIn(records)
  }
}

/** sealsIn follows the conversation that has tools: what its replies gave, and what its last request brought back. */
function sealsIn(records: readonly Recorded[]): Seals {
  const requests = records.flatMap(record => (record.what === 'request' && record.tools.length > 0 ? [record] : []))
  const last = requests.at(-1)
  if (!last) return { given: 0, back: 0, strange: 0 }
  const conversation = new Set(requests.map(({ exchange }) => exchange))
  const given = records.flatMap(record =>
    record.what === 'reply' && conversation.has(record.exchange) && record.exchange !== last.exchange
      ? record.seals
      : []
  )
  // Replies of one model may carry the same seal, so they are counted and not only looked for.
  const left = given.map(({ issuer, data }) => `${issuer} ${data}`)
  let strange = 0
  for (const { issuer, data } of last.seals) {
    const at = left.indexOf(`${issuer} ${data}`)
    if (at === -1) strange++
    else left.splice(at, 1)
  }
  return { given: given.length, back: given.length - left.length, strange }
}
