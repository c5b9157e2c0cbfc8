import { inspect } from 'node:util'
import { type TUnsafe, Type } from 'typebox'

/** EnvRef stands in the config for a value that comes from outside: an environment variable or a file. */
export interface EnvRef {
  readonly from: 'env' | 'file'
  readonly name: string
  readonly fallback?: string
}

const kEnvRef = Symbol.for('isthmus.env-ref')

/** env refers to an environment variable; the fallback is used when it is not set or empty. */
export function env(name: string, fallback?: string): EnvRef {
  return Object.freeze({ from: 'env', name, [kEnvRef]: true, ...(fallback !== undefined && { fallback }) })
}

/** file refers to a file whose text, without the last line end, is the value: how container platforms hand over secrets. */
export function file(path: string): EnvRef {
  return Object.freeze({ from: 'file', name: path, [kEnvRef]: true })
}

export function isEnvRef(value: unknown): value is EnvRef {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[kEnvRef] === true
}

/** Secret holds a text that cannot be printed: only `reveal` gives it. */
export class Secret {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  reveal(): string {
    return this.#text
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect.custom](): string {
    return '[secret]'
  }
}

/** SecretString is the schema of an option that is a secret: text in the config, a {@link Secret} in the plugin. */
export function SecretString(
  options: { readonly description?: string; readonly minLength?: number } = {}
): TUnsafe<Secret> {
  return Type.Unsafe<Secret>({ type: 'string', minLength: 1, 'x-secret': true, ...options })
}
