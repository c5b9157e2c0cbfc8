import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type FreshRead, isPlainObject, type Loaded, reason } from '../config/index.ts'
import { isPlugin } from '../contract/index.ts'
import { describe, didYouMean } from '../wire/index.ts'
import { installed } from './installed.ts'
import { type Manifest, packageManifest, readManifest } from './manifest.ts'

/** Fault is what is wrong with one member of a plugin entry. */
export interface Fault {
  readonly path: string
  readonly message: string
  readonly hints: readonly string[]
}

/** Located is a loaded module's default export and, for a package, its manifest. */
export interface Located {
  readonly exported: unknown
  readonly manifest?: Manifest
}

const PACKAGE = /^(@[\w.~-]+\/)?[\w~-][\w.~-]*$/
const INDEXES = ['index.ts', 'index.js', 'index.mjs']

/** locate finds and loads what an entry's `use` names. */
export async function locate(use: unknown, { dir, fresh }: Pick<Loaded, 'dir' | 'fresh'>): Promise<Located | Fault> {
  if (isPlugin(use)) return { exported: use }
  if (typeof use !== 'string')
    return fault(`expected a package name, a path or an imported plugin, got ${describe(use)}`)
  if (/^\.\.?[\\/]/.test(use)) return locatePath(resolve(dir, use), fresh)
  if (PACKAGE.test(use)) return locatePackage(use, dir)
  return fault('expected a package name, or a path that starts with ./ or ../')
}

export function isFault(value: Located | Fault): value is Fault {
  return 'message' in value
}

async function locatePackage(name: string, dir: string): Promise<Located | Fault> {
  const manifest = packageManifest(name, dir)
  if (manifest === undefined) {
    const meant = didYouMean(
      name,
      installed(dir).map(({ package: known }) => known)
    )
    return fault('expected an installed package, found none of this name', meant === '' ? `npm install ${name}` : meant)
  }
  const library = libraryFault(manifest)
  if (library !== undefined) return library
  return load(() => packageEntry(name, dir, manifest), manifest)
}

async function locatePath(path: string, fresh: FreshRead | undefined): Promise<Located | Fault> {
  if (!existsSync(path)) return fault('expected a file or folder, found nothing there')
  if (!statSync(path).isDirectory()) return load(() => path, undefined, fresh)
  const manifest = readManifest(path)
  const library = manifest === undefined ? undefined : libraryFault(manifest)
  if (library !== undefined) return library
  return load(() => folderEntry(path, manifest), manifest, fresh)
}

function libraryFault({ isthmus }: Manifest): Fault | undefined {
  if (isthmus === undefined) {
    return fault('expected a plugin, but its package.json has no "isthmus" member')
  }
  if (isthmus.kind !== 'format') return undefined
  return fault('is a wire format: a library that plugins import, not a plugin', 'remove this entry')
}

async function load(
  entry: () => string | undefined,
  manifest: Manifest | undefined,
  fresh?: FreshRead
): Promise<Located | Fault> {
  try {
    const path = entry()
    if (path === undefined) return fault('has no module to load: neither "exports" nor "main" nor an index file')
    const module = (await import(fresh?.url(path) ?? pathToFileURL(path).href)) as { readonly default?: unknown }
    return { exported: module.default, ...(manifest !== undefined && { manifest }) }
  } catch (error) {
    return fault(`cannot be loaded: ${reason(error)}`)
  }
}

/**
 * packageEntry resolves as `require` does, because that honours the process's own export conditions from any folder. A
 * package that exports to `import` alone is not visible to it, and is resolved by hand.
 */
function packageEntry(name: string, from: string, manifest: Manifest): string | undefined {
  try {
    return createRequire(join(from, 'any.js')).resolve(name)
  } catch (error) {
    const target = importTarget(manifest.exports)
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED' || target === undefined) throw error
    return join(manifest.dir, target)
  }
}

function folderEntry(dir: string, manifest: Manifest | undefined): string | undefined {
  if (manifest?.exports !== undefined && manifest.name !== '') return packageEntry(manifest.name, dir, manifest)
  const names = manifest?.main === undefined ? INDEXES : [manifest.main]
  return names.map(name => join(dir, name)).find(path => existsSync(path))
}

function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (!isPlainObject(exports)) return undefined
  if (exports['.'] !== undefined) return importTarget(exports['.'])
  const condition = Object.keys(exports).find(key => key === 'import' || key === 'node' || key === 'default')
  return condition === undefined ? undefined : importTarget(exports[condition])
}

function fault(message: string, ...hints: readonly string[]): Fault {
  return { path: 'use', message, hints }
}
