import { ISTHMUS_IR_GRAMMAR } from '../errors/index.ts'
import { ReplyBuilder } from './builder.ts'
import type { IrEvent } from './events.ts'
import type { Part } from './parts.ts'
import type { Choice, Finish, IrResponse, ReplyMeta } from './response.ts'
import type { Usage } from './usage.ts'

/** fold makes a whole reply of its events. An `error` event is thrown. */
export function fold(events: Iterable<IrEvent>): IrResponse {
  const folder = new Folder()
  for (const event of events) folder.add(event)
  return folder.response()
}

/** Folder is {@link fold} for events that come in batches. It keeps parts, not events. */
export class Folder {
  #id = ''
  #model = ''
  #created: number | undefined
  #usage: Usage | undefined
  #meta: ReplyMeta = {}
  // Keyed, not indexed: a choice number is the upstream's, and no array should be as long as one of them says.
  #choices = new Map<number, { readonly parts: Part[]; finish: Finish | undefined }>()
  #open = 0
  #ended = false

  add(event: IrEvent): void {
    switch (event.type) {
      case 'start':
        this.#id = event.id
        this.#model = event.model
        this.#created = event.created
        this.#usage = event.usage
        this.#meta = event.meta ?? {}
        break
      case 'part_start':
        this.#open++
        break
      case 'part_end':
        this.#open--
        this.#choice(event.choice).parts[event.index] = event.part
        break
      case 'usage':
        this.#usage = event.usage
        break
      case 'finish':
        this.#choice(event.choice).finish = event.finish
        break
      case 'error':
        throw event.error
      case 'end':
        this.#ended = true
        if (event.meta !== undefined) this.#meta = mergeMeta(this.#meta, event.meta)
        break
    }
  }

  /** response throws rather than leave out what is not complete. */
  response(): IrResponse {
    if (!this.#ended) throw ISTHMUS_IR_GRAMMAR('folding a reply that has not ended')
    if (this.#open !== 0) throw ISTHMUS_IR_GRAMMAR('folding a reply with parts open')
    const choices: Choice[] = []
    const inOrder = this.#choices.size < 2 ? this.#choices : [...this.#choices].sort(([a], [b]) => a - b)
    for (const [index, { parts, finish }] of inOrder) {
      if (finish === undefined) throw ISTHMUS_IR_GRAMMAR(`folding a reply whose choice ${index} has no finish`)
      choices.push({ index, parts, finish })
    }
    return {
      id: this.#id,
      model: this.#model,
      choices,
      ...(this.#created !== undefined && { created: this.#created }),
      ...(this.#usage !== undefined && { usage: this.#usage }),
      ...this.#meta
    }
  }

  #choice(index: number): { readonly parts: Part[]; finish: Finish | undefined } {
    let choice = this.#choices.get(index)
    if (choice === undefined) {
      choice = { parts: [], finish: undefined }
      this.#choices.set(index, choice)
    }
    return choice
  }
}

function mergeMeta(first: ReplyMeta, last: ReplyMeta): ReplyMeta {
  if (first.ext === undefined || last.ext === undefined) return { ...first, ...last }
  const ext: Record<string, Readonly<Record<string, unknown>>> = { ...first.ext }
  for (const [format, members] of Object.entries(last.ext)) ext[format] = { ...ext[format], ...members }
  return { ...first, ...last, ext }
}

/** unfold makes the events of a whole reply: the same sequence a stream of it would have given. */
export function unfold(response: IrResponse, out = new ReplyBuilder()): ReplyBuilder {
  const { id, model, created, usage, serviceTier, fingerprint, ext } = response
  const meta: ReplyMeta = {
    ...(serviceTier !== undefined && { serviceTier }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(ext !== undefined && { ext })
  }
  out.start(id, model, created, undefined, Object.keys(meta).length > 0 ? meta : undefined)
  for (const choice of response.choices) {
    for (const part of choice.parts) out.whole(choice.index, part)
    out.finish(choice.index, choice.finish)
  }
  if (usage !== undefined) out.usage(usage)
  out.end()
  return out
}
