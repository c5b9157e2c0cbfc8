import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const PACKAGE = '@portkey-ai/gateway'
const VERSION = '1.15.2'

/** Peer is another gateway, installed for this run. */
export interface Peer {
  readonly file: string
  readonly label: string
  remove(): Promise<void>
}

/** installPeer puts the other gateway into a temporary folder: it is never a dependency of this project. */
export async function installPeer(): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-bench-peer-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`]
    await promisify(execFile)('npm', args, { cwd: folder, timeout: 120_000 })
  } catch (error) {
    await remove()
    throw new Error(`${PACKAGE} could not be installed`, { cause: error })
  }
  return {
    file: join(folder, 'node_modules', PACKAGE, 'build', 'start-server.js'),
    label: `${PACKAGE} ${VERSION}`,
    remove
  }
}
