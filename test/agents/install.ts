import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Agent } from './agents/index.ts'

/** install puts an agent into a folder and gives the folder of its packages. No script of a package is run. */
export async function install({ package: id, version }: Agent, folder: string): Promise<string> {
  const place = join(folder, basename(id))
  const args = ['install', '--prefix', place, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await promisify(execFile)('npm', [...args, `${id}@${version}`], { cwd: folder, timeout: 300_000 })
  return join(place, 'node_modules')
}
