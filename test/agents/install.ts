import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Agent } from './agents/index.ts'

/**
 * install puts an agent into a folder, unless it is there, and gives the folder of its packages. No script of a package is
 * run: binaries come as optional packages.
 */
export async function install({ package: id, version }: Agent, folder: string): Promise<string> {
  const place = join(folder, basename(id))
  const packages = join(place, 'node_modules')
  const manifest = join(packages, id, 'package.json')
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) return packages
  const args = ['install', '--prefix', place, '--ignore-scripts', '--no-audit', '--no-fund']
  await promisify(execFile)('npm', [...args, `${id}@${version}`], { cwd: folder, timeout: 300_000 })
  return packages
}
