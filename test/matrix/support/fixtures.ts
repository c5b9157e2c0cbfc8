import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ErrorKind,
  type EventBatch,
  errorEvent,
  type Feature,
  type Gap,
  type GenerateRequest,
  type IrEvent,
  ISTHMUS_UPSTREAM_ERRORS,
  type UpstreamErrorKind
} from '@isthmus/core'
import { root } from '../../support/sources.ts'

export type JsonObject = Record<string, unknown>

/** Ending is the form of a reply: whole or streamed. */
export type Ending = 'json' | 'sse'

/** Losses are what one format loses of a case: what happens to each feature that it has no words for. */
export type Losses = Partial<Readonly<Record<Feature, Gap['action'] | 'rejected'>>>

/** CaseFile is what `case.json` holds. */
export interface CaseFile {
  readonly title: string
  readonly features: readonly Feature[]
  /** Per format; one that loses nothing is left out. */
  readonly gaps?: Readonly<Record<string, Losses>>
  /** Per format: what it has no place for and no report names, as no feature stands for it. In words, for readers. */
  readonly unreported?: Readonly<Record<string, readonly string[]>>
}
/** `clients`: the formats in which a client can say the whole case. */
export interface RequestCaseFile extends CaseFile {
  readonly clients: readonly string[]
  /** The formats in which the client's way to say it is replaced even where the upstream speaks the same format. */
  readonly rewritten?: readonly string[]
  /** The formats whose ingress does itself what is asked, so that no upstream is told of it. */
  readonly kept?: readonly string[]
}
/** `upstreams`: the formats in which an upstream can tell the whole case. */
export interface ReplyCaseFile extends CaseFile {
  readonly upstreams: readonly string[]
  /** The request case that the reply answers, `text` if it does not matter. */
  readonly request?: string
  /** Set where the pieces come in another order than at the upstream: for a client, one call is whole before the next. */
  readonly reordered?: boolean
}
export interface FailureCaseFile {
  readonly title: string
  readonly error: {
    readonly kind: ErrorKind
    readonly message: string
    readonly retryAfterMs?: number
  }
}

/** Fixture is one case: its folder, with ways to read what is in it. */
export class Fixture<C> {
  readonly name: string
  readonly about: C
  readonly #folder: string

  constructor(folder: string, name: string) {
    this.#folder = join(root, 'fixtures', folder, name)
    this.name = name
    this.about = this.json('case.json') as C
  }

  path(file: string): string {
    return join(this.#folder, file)
  }
  has(file: string): boolean {
    return existsSync(this.path(file))
  }
  text(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }
  json(file: string): unknown {
    return JSON.parse(this.text(file))
  }
  lines(file: string): readonly unknown[] {
    return this.text(file)
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
  }
  /** first names the first of some files that is there. */
  first(...files: readonly string[]): string | undefined {
    return files.find(file => this.has(file))
  }
  files(): readonly string[] {
    return readdirSync(this.#folder)
  }
}

const cases = <C>(folder: string): readonly Fixture<C>[] =>
  readdirSync(join(root, 'fixtures', folder)).map(name => new Fixture<C>(folder, name))

export const requestCases = () => cases<RequestCaseFile>('requests')
export const replyCases = () => cases<ReplyCaseFile>('replies')
export const failureCases = () => cases<FailureCaseFile>('failures')

/** hubRequest is the request of a case as the IR has it, from a client of no format in particular. */
export function hubRequest(fixture: Fixture<RequestCaseFile>): GenerateRequest {
  const ir = fixture.json('ir.json') as Omit<GenerateRequest, 'op' | 'reply' | 'ingress'>
  return { op: 'generate', ...ir, reply: { stream: false }, ingress: { format: 'fixtures' } }
}

/** clientFile is the request as a client of the format sends it. */
export const clientFile = (fixture: Fixture<RequestCaseFile>, format: string): string | undefined =>
  fixture.first(`${format}.client.json`, `${format}.json`)

/** writtenFile is the request as an upstream of the format is sent it; `same` if the client speaks that format too. */
export const writtenFile = (fixture: Fixture<RequestCaseFile>, format: string, same: boolean): string =>
  (same && fixture.first(`${format}.rewritten.json`)) || `${format}.json`

/** upstreamFile is the reply as an upstream of the format sends it. */
export const upstreamFile = (fixture: Fixture<ReplyCaseFile>, format: string, ending: Ending): string | undefined =>
  fixture.first(`${format}.upstream.${ending}`, `${format}.${ending}`)

/** hubEvents is the reply of a case as the IR has it. */
export function hubEvents(fixture: Fixture<ReplyCaseFile>): EventBatch {
  return fixture.lines('ir.events.jsonl').map(line => {
    const event = line as IrEvent
    if (event.type !== 'error') return event
    const { kind, message } = event.error
    return errorEvent(ISTHMUS_UPSTREAM_ERRORS[kind as UpstreamErrorKind](message))
  })
}

/** PROVIDER is the instance of the provider in every test, and MODEL its model. */
export const PROVIDER = 'acme'
export const MODEL = 'acme-1'

/** Told is a failure as an upstream or the gateway tells it. */
export interface Told {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}
