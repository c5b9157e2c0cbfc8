import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ISTHMUS_CONFIG_LOAD } from '../errors/index.ts'

/** Environment is what `env()` looks names up in. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * withDotEnv fills in from a `.env` file what the environment does not set. A name that the environment sets to nothing
 * counts as set here, so that a caller can switch a variable of the file off. The process's own environment stays as it is.
 */
export function withDotEnv(path: string, env: Environment): Environment {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return env
    throw ISTHMUS_CONFIG_LOAD.with({ cause: error }, path, (error as NodeJS.ErrnoException).code ?? 'unreadable')
  }
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
  return { ...parseEnv(text), ...set }
}
