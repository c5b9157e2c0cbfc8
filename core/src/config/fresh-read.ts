import { realpathSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const READ = /\?read=(\d+)$/
/** By their number. None is ever let go: a module may import another at any time, and node keeps all modules anyway. */
const reads: FreshRead[] = []

/**
 * FreshRead is one reading of a config past the module cache: of the file, of the plugins it names by path and of what
 * these import by relative path, as far as it lies in the config's folder or below. Packages stay as they were first loaded.
 */
export class FreshRead {
  #dirs: readonly string[]
  #files: Set<string>
  #number: number

  /** `files` gets the files that are read, also the one in which the reading fails. */
  constructor(dir: string, files: Set<string>) {
    // Node resolves imports to real paths.
    this.#dirs = [dir, realpathSync(dir)]
    this.#files = files
    if (reads.length === 0) registerHooks({ resolve })
    this.#number = reads.push(this) - 1
  }

  /** url gives the URL by which a file is imported. */
  url(path: string): string {
    const { href } = pathToFileURL(path)
    if (!this.#dirs.some(dir => isOwn(dir, path))) return href
    this.#files.add(path)
    return `${href}?read=${this.#number}`
  }
}

function isOwn(dir: string, path: string): boolean {
  const inside = relative(dir, path)
  const parts = inside.split(sep)
  return !isAbsolute(inside) && parts[0] !== '..' && !parts.includes('node_modules')
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>

/** resolve keeps the relative imports of a module inside the reading that the module belongs to. */
const resolve: Resolve = (specifier, context, next) => {
  const resolved = next(specifier, context)
  const number = READ.exec(context.parentURL ?? '')?.[1]
  const read = number === undefined ? undefined : reads[Number(number)]
  if (read === undefined || !/^\.\.?\//.test(specifier) || !resolved.url.startsWith('file:')) return resolved
  return { ...resolved, url: read.url(fileURLToPath(resolved.url)) }
}

/** withoutRead takes the mark of a reading out of a text about a module, such as a stack. */
export const withoutRead = (text: string): string => text.replace(/\?read=\d+/g, '')
