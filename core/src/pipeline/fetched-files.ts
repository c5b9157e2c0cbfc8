import { ISTHMUS_FETCH_FAILED } from '../errors/index.ts'
import type { FilePart, ImagePart, IrRequest, Message, Part } from '../ir/index.ts'
import type { FetchedFeature } from '../routing/index.ts'
import { type FetchBudget, type FetchedFile, type Fetcher, FetchRefusal } from '../transport/index.ts'

/** How many files of one request are fetched at a time. */
const AT_ONCE = 4

type Fetching = Pick<Fetcher, 'fetch'>

/** Wanted is a part whose file is to be fetched; `place` says for a person which one it is. */
interface Wanted {
  readonly url: string
  readonly type: 'image' | 'file'
  readonly place: string
}

/** FetchedFiles fetches what one request names by URL: each file once, whoever is asked next. */
export class FetchedFiles {
  #fetcher: Fetching
  #budget: FetchBudget
  #files = new Map<string, Promise<FetchedFile>>()

  constructor(fetcher: Fetching, maxBytes: number) {
    this.#fetcher = fetcher
    this.#budget = { leftBytes: maxBytes }
  }

  /** inline gives the request with the files of these features in it; it throws `invalid_request` for one that cannot be had. */
  async inline(request: IrRequest, features: readonly FetchedFeature[], signal: AbortSignal): Promise<IrRequest> {
    if (request.op === 'count_tokens') {
      const input = (await this.inline(request.input, features, signal)) as typeof request.input
      return { ...request, input }
    }
    if (request.op !== 'generate') return request
    const wanted = wantedIn(request.messages, features)
    const files = new Map<string, FetchedFile>()
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    const worker = async (): Promise<void> => {
      for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
        files.set(next.url, await this.#fetch(next, both))
      }
    }
    try {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.length) }, worker))
    } finally {
      // One file that cannot be had makes the others useless.
      stop.abort()
    }
    const messages = request.messages.map(message => inlined(message, message.parts, files, features))
    return { ...request, messages }
  }

  async #fetch({ url, type, place }: Wanted, signal: AbortSignal): Promise<FetchedFile> {
    let fetching = this.#files.get(url)
    if (fetching === undefined) {
      fetching = this.#fetcher.fetch(url, this.#budget, signal)
      this.#files.set(url, fetching)
    }
    try {
      const file = await fetching
      if (type === 'image' && !file.mime.startsWith('image/')) {
        throw new FetchRefusal(`it is ${file.mime.slice(0, 80)}, not an image`)
      }
      return file
    } catch (thrown) {
      if (!(thrown instanceof FetchRefusal)) throw thrown
      // The path and the query may hold what opens the file: the host is enough to know which one it is.
      const host = URL.parse(url)?.host.slice(0, 200) ?? 'no URL'
      throw ISTHMUS_FETCH_FAILED.with({ cause: thrown.cause, clientCode: 'invalid_url' }, place, host, thrown.message)
    }
  }
}

const isWanted = (part: Part, features: readonly FetchedFeature[]): part is ImagePart | FilePart =>
  (part.type === 'image' || part.type === 'file') &&
  part.source.kind === 'url' &&
  features.includes(`input.${part.type}.url`)

function wantedIn(messages: readonly Message[], features: readonly FetchedFeature[]): Wanted[] {
  const wanted: Wanted[] = []
  const counts = { image: 0, file: 0 }
  const visit = (part: Part): void => {
    if (part.type === 'image' || part.type === 'file') counts[part.type]++
    if (isWanted(part, features) && part.source.kind === 'url') {
      wanted.push({ url: part.source.url, type: part.type, place: `${part.type} ${counts[part.type]} of the request` })
    }
    for (const inner of innerParts(part) ?? []) visit(inner)
  }
  for (const message of messages) for (const part of message.parts) visit(part)
  return wanted
}

function innerParts(part: Part): readonly Part[] | undefined {
  if (part.type === 'tool_result') return part.content
  return part.type === 'file' && part.source.kind === 'blocks' ? part.source.parts : undefined
}

/** inlined replaces the parts that were fetched; what holds none of them stays the object it was. */
function inlined(
  message: Message,
  parts: readonly Part[],
  files: ReadonlyMap<string, FetchedFile>,
  features: readonly FetchedFeature[]
): Message {
  const replaced = parts.map(part => inlinedPart(part, files, features))
  return replaced.every((part, at) => part === parts[at]) ? message : { ...message, parts: replaced }
}

function inlinedPart(part: Part, files: ReadonlyMap<string, FetchedFile>, features: readonly FetchedFeature[]): Part {
  if (isWanted(part, features) && part.source.kind === 'url') {
    const file = files.get(part.source.url)
    return file === undefined ? part : { ...part, source: { kind: 'inline', ...file } }
  }
  const inner = innerParts(part)
  if (inner === undefined) return part
  const replaced = inner.map(each => inlinedPart(each, files, features))
  if (replaced.every((each, at) => each === inner[at])) return part
  if (part.type === 'tool_result') return { ...part, content: replaced }
  return { ...part, source: { kind: 'blocks', parts: replaced } } as Part
}
