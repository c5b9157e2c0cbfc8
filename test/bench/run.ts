import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { FIGURES } from './figures/index.ts'
import { measureLaunch } from './launch.ts'
import { type BenchOptions, readOptions, USAGE } from './options.ts'
import { installPeer } from './peer.ts'
import { absoluteTable, notComparable, pairTable, ratioTable } from './report.ts'
import { Results } from './results.ts'
import { kernelVersion } from './servers/kernel-copy.ts'

const RESULTS = new URL('./results.json', import.meta.url)

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

function choose({ only, peer }: BenchOptions) {
  const unknown = only.find(id => !FIGURES.some(figure => figure.id === id))
  if (unknown !== undefined) {
    throw new Error(`no figure '${unknown}'; there are ${FIGURES.map(({ id }) => id).join(', ')}`)
  }
  return FIGURES.filter(({ id }) => (only.length === 0 ? peer || id !== 'peer' : only.includes(id)))
}

async function bench(options: BenchOptions): Promise<void> {
  const figures = choose(options)
  const { quick, profile } = options
  const peer = figures.some(({ id }) => id === 'peer') ? await installPeer() : undefined
  const heading = {
    node: process.version,
    undici: kernelVersion('undici'),
    fastify: kernelVersion('fastify'),
    cores: availableParallelism(),
    quick,
    ...(peer && { peer: peer.label })
  }
  say(`node ${heading.node}, undici ${heading.undici}, fastify ${heading.fastify}, ${heading.cores} cores`)
  if (peer) say(peer.label)
  const results = new Results()
  const startMs = performance.now()
  try {
    for (let launch = 0; launch < options.launches; launch++) {
      say(`launch ${launch + 1} of ${options.launches}, ${((performance.now() - startMs) / 1000).toFixed(0)} s`)
      const onProfile = (value: unknown) => {
        const file = new URL(`./${profile?.replaceAll(/\W+/g, '-')}.cpuprofile`, import.meta.url)
        return writeFile(file, JSON.stringify(value))
      }
      await measureLaunch(figures, launch, results, { quick, peerFile: peer?.file, profile, onProfile }, line => {
        if (process.env.BENCH_VERBOSE) say(line)
      })
    }
  } finally {
    await peer?.remove()
  }
  const rows = results.rows(figures)
  const absolute = results.absolute()
  const seconds = Math.round((performance.now() - startMs) / 1000)
  const pairs = rows.some(({ pair }) => pair !== undefined)
    ? `\n\nAll pairs, client first; ! over the goal, ? too close to call:\n\n${pairTable(rows)}`
    : ''
  say(`\n${ratioTable(rows)}${pairs}\n\nThis machine, this run:\n\n${absoluteTable(absolute)}\n`)
  for (const line of notComparable(absolute)) say(`Not comparable: ${line}.`)
  const over = rows.filter(({ ok }) => ok === false).length
  say(`${rows.length} rows, ${over} over their goal, ${seconds} s.${quick ? ' A quick run: not to judge by.' : ''}`)
  if (profile === undefined) {
    await writeFile(RESULTS, `${JSON.stringify({ ...heading, seconds, rows, absolute }, null, 2)}\n`)
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) say(USAGE)
  else await bench(options)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
}
