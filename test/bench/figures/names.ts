import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Catalog } from '../../../core/src/catalog/index.ts'
import type { CatalogData } from '../../../core/src/contract/index.ts'
import { catalogOf, channelsOf, manyModels } from '../many-models.ts'
import type { Figure, RowSpec } from './figure.ts'

/** A name that leads to a model costs at most so much. */
const FOUND_US = 5
const LOOKS = 100_000
const WRONG_LOOKS = 5_000
const WRONG_NAMES = 100_000

const MADE_UP = [
  'grand-%',
  'maker-3/grand-%',
  'plain7-%-thinking',
  'maker-1/swift-%:nitro',
  'channel-4/coder-%'
] as const

const KINDS: Readonly<
  Record<string, { readonly title: string; names(data: CatalogData, rows: readonly string[]): readonly string[] }>
> = {
  listed: { title: '`channel/model`', names: (_, rows) => rows },
  vendor: { title: '`vendor/model`', names: ({ models }) => models.map(({ id }) => id) },
  bare: {
    title: 'a spelling without vendor',
    names: ({ models }) => models.flatMap(({ spellings = [] }) => spellings)
  },
  line: {
    title: 'a line, for its newest',
    names: ({ models }) => models.flatMap(({ family }) => [family ?? '', `${family}-latest`])
  },
  alias: { title: 'an alias of three', names: ({ aliases }) => Object.keys(aliases) },
  thinking: {
    title: '`-thinking`',
    names: ({ models }) => models.flatMap(({ id, reasoning }) => (reasoning === false ? [] : `${id}-thinking`))
  },
  variant: {
    title: '`:nitro`',
    names: ({ models }) =>
      models
        .slice(0, 400)
        .filter((_, at) => at % 2 === 0)
        .map(({ id }) => `${id}:nitro`)
  },
  auto: { title: '`auto`', names: () => ['auto'] }
}

const found = ([id, { title }]: [string, { readonly title: string }]): RowSpec => ({
  id: `names/${id}`,
  title: `name, ${title}`,
  unit: 'µs',
  goal: FOUND_US,
  stretch: FOUND_US / 2
})

/** names is what it costs to find out which model a name means, among 5,000 models on 20 channels. */
export const names: Figure = {
  id: 'names',
  rounds: 1,
  last: true,
  variants: [],
  rows: [
    { id: 'names/build', title: 'catalogue of 5,000 models, built and indexed', unit: 'ms', goal: 100, stretch: 60 },
    ...Object.entries(KINDS).map(found),
    { id: 'names/wrong', title: 'name, wrong, with the nearest ones', unit: 'µs', goal: null, stretch: null },
    { id: 'names/growth', title: 'heap that 100,000 wrong names leave', unit: 'KB', goal: 256, stretch: null }
  ],
  async round(_lab, turn, round) {
    const data = manyModels()
    const registry = channelsOf(data)
    const startMs = performance.now()
    const catalog = catalogOf(registry)
    // The index is made when the first name is asked for.
    catalog.find('nothing')
    round.value('names/build', performance.now() - startMs)
    const rows = catalog.rows().map(({ id }) => id)
    for (const [id, kind] of Object.entries(KINDS)) {
      const asked = kind.names(data, rows)
      meanUs(catalog, asked, LOOKS)
      round.value(`names/${id}`, meanUs(catalog, asked, LOOKS))
    }
    round.value('names/wrong', wrongUs(catalog, WRONG_LOOKS, `w${turn}`))
    const before = heapBytes()
    wrongUs(catalog, WRONG_NAMES, `m${turn}`)
    round.value('names/growth', Math.max(0, heapBytes() - before) / 1024)
  }
}

function meanUs(catalog: Catalog, asked: readonly string[], looks: number): number {
  let offers = 0
  const startMs = performance.now()
  for (let look = 0; look < looks; look++) offers += catalog.resolve(asked[look % asked.length] ?? '').offers.length
  const ms = performance.now() - startMs
  if (offers < looks) throw new Error('a name led nowhere')
  return (ms * 1000) / looks
}

/** wrongUs asks for names that nothing has, each of them once. */
function wrongUs(catalog: Catalog, looks: number, salt: string): number {
  let refused = 0
  const startMs = performance.now()
  for (let look = 0; look < looks; look++) {
    try {
      catalog.resolve((MADE_UP[look % MADE_UP.length] ?? '').replace('%', `${salt}${look}`))
    } catch {
      refused++
    }
  }
  const ms = performance.now() - startMs
  if (refused !== looks) throw new Error('a wrong name led somewhere')
  return (ms * 1000) / looks
}

let collect: (() => void) | undefined

function heapBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
  return process.memoryUsage().heapUsed
}
