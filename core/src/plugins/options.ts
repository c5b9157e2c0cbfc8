import type { TObject } from 'typebox'
import {
  type ConfigProblem,
  checkFilled,
  type Environment,
  fill,
  isPlainObject,
  type Loaded,
  literalSecrets,
  pathOf,
  wrapSecrets
} from '../config/index.ts'
import { isEnvRef, type Plugin } from '../contract/index.ts'

/** ReadOptions are a plugin's options, checked as far as they are there. */
export interface ReadOptions {
  /** With defaults, and secrets wrapped; only to be used when there are no problems and nothing is missing. */
  readonly value: unknown
  readonly problems: readonly ConfigProblem[]
  readonly warnings: readonly ConfigProblem[]
  /** Variables that the options name without a fallback and that are not set. */
  readonly unset: readonly string[]
}

/** readOptions resolves and checks one entry's options. With `optional`, what only lacks its variable is no problem. */
export function readOptions(plugin: Plugin, given: unknown, optional: boolean, loaded: Loaded): ReadOptions {
  const schema = closed(plugin.options)
  const filled = fill(schema, given === undefined ? {} : given, loaded)
  const problems = checkFilled(schema, filled)
    .filter(({ unset }) => !optional || unset === undefined)
    .map(({ path, message, hints }) => ({ path: under(path), message, hints }))
  return {
    value: problems.length === 0 ? wrapSecrets(schema, filled.value) : undefined,
    problems,
    warnings: literalSecrets(schema, filled).map(keys => ({
      path: under(pathOf(keys)),
      message: 'is a secret that the config file holds itself',
      hints: ["keep it outside: env('NAME') or file('path')"]
    })),
    unset: unsetVariables(given, loaded.env)
  }
}

/** closed refuses unknown members also where a plugin's schema forgot to. */
function closed(schema: TObject): TObject {
  return 'additionalProperties' in schema ? schema : Object.assign({}, schema, { additionalProperties: false })
}

function under(path: string): string {
  return path === '' ? 'options' : path.startsWith('[') ? `options${path}` : `options.${path}`
}

function unsetVariables(value: unknown, env: Environment): readonly string[] {
  if (isEnvRef(value)) {
    return value.from === 'env' && value.fallback === undefined && !env[value.name] ? [value.name] : []
  }
  if (!Array.isArray(value) && !isPlainObject(value)) return []
  return [...new Set(Object.values(value).flatMap(inner => unsetVariables(inner, env)))]
}
