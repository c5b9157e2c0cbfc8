import { qualified, type ToolName } from './types.ts'

/**
 * ToolNames gives each tool of a request one name of its own. The other formats know no namespaces: a tool in one keeps
 * its name unless another tool has it too, and is then called by both.
 */
export class ToolNames {
  #byWire = new Map<string, string>()
  #byIr = new Map<string, ToolName>()
  #taken: Set<string>

  /** `names` are those of all tools, in namespaces or not; one that occurs twice is taken. */
  constructor(outside: Iterable<string>, inside: Iterable<string>) {
    this.#taken = new Set(outside)
    const once = new Set<string>()
    for (const name of inside) {
      if (once.has(name)) this.#taken.add(name)
      once.add(name)
    }
    this.#used = new Set([...this.#taken, ...once])
  }
  #used: Set<string>

  /** declare names a tool in a namespace. */
  declare(name: string, namespace: string): string {
    const key = qualified(namespace, name)
    const known = this.#byWire.get(key)
    if (known !== undefined) return known
    let unique = name
    if (this.#taken.has(name)) {
      unique = `${namespace}__${name}`
      for (let n = 2; this.#used.has(unique); n++) unique = `${namespace}__${name}_${n}`
      this.#used.add(unique)
    }
    this.#byWire.set(key, unique)
    this.#byIr.set(unique, { name, namespace })
    return unique
  }

  /** ir gives the name in the IR of a tool that a call names. */
  ir(name: string, namespace: string | undefined): string {
    return namespace === undefined ? name : (this.#byWire.get(qualified(namespace, name)) ?? name)
  }

  /** namespaced maps names in the IR to those on the wire, for the encoder of the reply. */
  get namespaced(): Readonly<Record<string, ToolName>> | undefined {
    return this.#byIr.size === 0 ? undefined : Object.fromEntries(this.#byIr)
  }
}
