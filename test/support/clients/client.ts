import type { Simulated } from '../simulated.ts'

/** Asked is one question of a scenario, in words that are no client's own. */
export interface Asked {
  readonly model: string
  readonly stream: boolean
  readonly prompt: string
  readonly system?: string
  /** Put behind the prompt: {@link PIXEL}, or {@link PAGE} under the name `page.pdf`. */
  readonly attached?: 'image' | 'file'
  /** Whether the answer has to fit the schema of a city. */
  readonly city?: boolean
  /** Whether the model should reason, and show it. */
  readonly think?: boolean
  readonly maxTokens?: number
}

/** Said is what a program reads out of an answer. */
export interface Said {
  readonly text: string
  readonly reasoning: string
  /** The finish as the client names it. */
  readonly finish: string
  readonly input: number
  readonly output: number
}

/** Looped is what came of a loop with the tools {@link answerTool} answers. */
export interface Looped {
  readonly text: string
  /** `name {"its":"arguments"}` of each call, in the order in which they were run. */
  readonly called: readonly string[]
  /** What was answered to the question after it. */
  readonly after?: string
}

/** Client is an unmodified client of the npm registry, made to play the scenarios. */
export interface Client {
  readonly name: string
  /** The ingress it reaches. */
  readonly ingress: string
  /** The words it has for an end, and for one by the limit. */
  readonly finishes: { readonly stop: string; readonly length: string }
  /** Whether it gives the program the reasoning, and sends it back. */
  readonly reasons: boolean
  /** How many seals it sends back after one answer, and after a loop of two. Default: all. */
  readonly keeps?: (wire: string, stream: boolean) => readonly [number, number]
  /** Set where it takes no notice of an input counted at the end of a stream. */
  readonly countsEarly?: boolean
  ask(asked: Asked): Promise<Said>
  /**
   * loop runs the client's own loop over both tools, or the loop that its documentation has programs write, and then asks
   * what comes `next` with all of it before.
   */
  loop(asked: Asked, next?: string): Promise<Looped>
  /** talk asks, sends what was answered back as the client keeps it, and asks again. */
  talk(asked: Asked, next: string): Promise<string>
  /** hear reads the text of a stream piece by piece, and rejects with what ends it. */
  hear(asked: Asked, heard: (piece: string) => void, signal?: AbortSignal): Promise<void>
  embed?(model: string, texts: readonly string[]): Promise<readonly (readonly number[])[]>
  models?(): Promise<readonly string[]>
  /** count asks how many tokens a question has. */
  count?(asked: Asked): Promise<number>
  /** complete goes on from a text. */
  complete?(asked: Asked): Promise<string>
  /** Set where it leaves a rejection unhandled when it is told to stop, which would end the program. */
  readonly trips?: boolean
  /** What its classes of errors are called, by status; undefined where all are of one class. */
  readonly classes?: Readonly<Record<number, string>>
  /** statusOf is the status that an error of the client names. */
  statusOf(error: Error): number | undefined
}

/** CLASSES are the classes of errors that OpenAI's client has. */
export const CLASSES: NonNullable<Client['classes']> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  413: 'APIError',
  429: 'RateLimitError',
  502: 'InternalServerError',
  503: 'InternalServerError',
  504: 'InternalServerError',
  529: 'InternalServerError'
}

/** ClientOf makes a client for a running gateway. */
export type ClientOf = (gateway: Simulated) => Client

/** PAGE is a PDF of one empty page, in base64. */
export const PAGE = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'
).toString('base64')

const ANSWERS: Readonly<Record<string, string>> = { weather: 'snow', clock: 'noon' }

/** answerTool is what the tools say, and writes down that they were called. */
export function answerTool(called: string[], name: string, args: unknown): string {
  called.push(`${name} ${JSON.stringify(args)}`)
  return ANSWERS[name] ?? `there is no tool ${name}`
}
