import type { Ext, OpenPart, ReplyBuilder, ToolCallPart } from '@isthmus/core'
import { isObject, type JsonObject, madeCallId, numberOf, restOf, stringOf } from '@isthmus/core/wire'
import { FORMAT_CHAT_COMPLETIONS_UNNAMED_CALL } from './errors.ts'
import { addMembers, makeExt, withNested } from './ext.ts'
import type { Spelling } from './types.ts'

const STREAM_KEYS: Record<ToolCallPart['kind'], ReadonlySet<string>> = {
  function: new Set(['index', 'id', 'type', 'function']),
  custom: new Set(['index', 'id', 'type', 'custom'])
}
const WHOLE_KEYS: Record<ToolCallPart['kind'], ReadonlySet<string>> = {
  function: new Set(['id', 'type', 'function']),
  custom: new Set(['id', 'type', 'custom'])
}
const NESTED_KEYS: ReadonlySet<string> = new Set(['name', 'arguments', 'input'])

interface Call {
  id: string
  name: string
  kind: ToolCallPart['kind']
  /** Arguments that came before the name. */
  held: string
  members: JsonObject | undefined
  spelling: Spelling | undefined
  open: OpenPart | undefined
  /** Members came after the part was opened. */
  late: boolean
}

/** CallNaming is what tells the calls of one choice apart from all others, and their names as the client knows them. */
export interface CallNaming {
  readonly choice: number
  readonly provider: string
  /** Facts of the reply for ids that have to be made. */
  seed(): readonly (string | number)[]
  original(name: string): string
}

/**
 * CallReader puts the tool calls of one choice together. Servers leave out ids or indexes, number from one, skip
 * numbers, use one number for all, repeat ids and names, and send the name after the arguments.
 */
export class CallReader {
  #calls: Call[] = []
  #byId = new Map<string, Call>()
  #byIndex = new Map<number, Call>()
  #naming: CallNaming
  #out: ReplyBuilder

  constructor(naming: CallNaming, out: ReplyBuilder) {
    this.#naming = naming
    this.#out = out
  }

  /** Whether a call has been opened. */
  get any(): boolean {
    return this.#calls.some(call => call.open !== undefined)
  }

  /** read takes one entry of `tool_calls`; in a whole reply each entry is a call of its own. */
  read(entry: JsonObject, whole: boolean): void {
    const called = entry.function
    const custom = isObject(entry.custom) && (entry.type === 'custom' || !isObject(called)) ? entry.custom : undefined
    const kind = custom === undefined ? 'function' : 'custom'
    const body = custom ?? (isObject(called) ? called : {})
    const id = stringOf(entry.id) ?? ''
    const index = numberOf(entry.index)
    const name = stringOf(body.name) ?? ''
    const call = (whole ? undefined : this.#find(id, index, name)) ?? this.#add(kind)
    if (call.id === '' && id !== '') call.id = id
    if (id !== '') this.#byId.set(id, call)
    if (index !== undefined) this.#byIndex.set(index, call)
    const keys = (whole ? WHOLE_KEYS : STREAM_KEYS)[kind]
    this.#keep(call, withNested(restOf(entry, keys), kind, restOf(body, NESTED_KEYS)))
    this.#feed(call, name, custom === undefined ? body.arguments : body.input)
  }

  /** legacy takes a `function_call` of the deprecated dialect: there is one, and it has no id. */
  legacy(called: JsonObject): void {
    const call = this.#byIndex.get(-1) ?? this.#add('function')
    this.#byIndex.set(-1, call)
    call.spelling = { as: 'function_call' }
    this.#feed(call, stringOf(called.name) ?? '', called.arguments)
  }

  /** close ends all calls: only now are their arguments known to be complete. */
  close(): void {
    for (const call of this.#calls) {
      const { open } = call
      if (open === undefined) {
        if (call.held.trim() === '' && call.id === '') continue
        throw FORMAT_CHAT_COMPLETIONS_UNNAMED_CALL(this.#naming.provider)
      }
      const ext = call.late ? extOf(call) : undefined
      this.#out.close(open, ext === undefined ? undefined : { ...open.finalPart(), ext })
    }
  }

  #find(id: string, index: number | undefined, name: string): Call | undefined {
    if (id !== '') {
      const known = this.#byId.get(id)
      const same = index === undefined ? undefined : this.#byIndex.get(index)
      if (same?.id === id) return same
      // One id for two calls: the second has a number and a name of its own.
      const another = index !== undefined && same === undefined && name !== '' && name !== known?.name
      if (known !== undefined && !another) return known
      // A new id under a used index is another call, unless the first one had none.
      return same !== undefined && same.id === '' ? same : undefined
    }
    if (index !== undefined) return this.#byIndex.get(index)
    const last = this.#calls.at(-1)
    return name !== '' && last !== undefined && last.name !== '' && last.name !== name ? undefined : last
  }

  #add(kind: ToolCallPart['kind']): Call {
    const call: Call = {
      id: '',
      name: '',
      kind,
      held: '',
      members: undefined,
      spelling: undefined,
      open: undefined,
      late: false
    }
    this.#calls.push(call)
    return call
  }

  #keep(call: Call, members: JsonObject | undefined): void {
    if (members === undefined) return
    call.members = call.members === undefined ? members : addMembers({ ...members }, call.members)
    if (call.open !== undefined) call.late = true
  }

  #feed(call: Call, name: string, args: unknown): void {
    const text = typeof args === 'string' ? args : isObject(args) || Array.isArray(args) ? JSON.stringify(args) : ''
    if (call.open !== undefined) {
      this.#out.append(call.open, 'args', text)
      return
    }
    call.held += text
    if (name === '') return
    call.name = name
    call.open = this.#out.open(this.#naming.choice, this.#head(call))
    this.#out.append(call.open, 'args', call.held)
  }

  #head(call: Call): ToolCallPart {
    const { kind } = call
    const at = this.#calls.indexOf(call)
    const id = call.id === '' ? madeCallId(...this.#naming.seed(), this.#naming.choice, at, call.name) : call.id
    const name = this.#naming.original(call.name)
    const ext = extOf(call)
    return { type: 'tool_call', id, name, kind, argsText: '', ...(ext !== undefined && { ext }) }
  }
}

function extOf({ members, spelling }: Call): Ext | undefined {
  return makeExt(members, spelling)
}
