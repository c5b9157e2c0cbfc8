import { defineStore, type Store } from '@isthmus/core'
import { type Case, MemoryStore, storeCases } from '@isthmus/core/testing'
import t from 'tap'
import { Type } from 'typebox'

/** What stays while no instance is up, by the folder of the config. */
const disks = new Map<string, MemoryStore>()

const store = (change: (sound: Store) => Partial<Store> = () => ({})) =>
  defineStore({
    name: 'plain',
    api: 1,
    summary: 'A store of the kit.',
    stability: 'experimental',
    options: Type.Object({}, { additionalProperties: false }),
    setup({ dir }) {
      const memory = disks.get(dir) ?? new MemoryStore()
      disks.set(dir, memory)
      const sound: Store = {
        get: key => memory.get(key),
        set: (key, value, options) => memory.set(key, value, options),
        delete: (key, options) => memory.delete(key, options),
        list: prefix => memory.list(prefix),
        add: (key, by, ttlMs) => memory.add(key, by, ttlMs)
      }
      return { ...sound, ...change(sound) }
    }
  })

async function failures(cases: readonly Case[]): Promise<string> {
  const failed: string[] = []
  for (const { name, run } of cases) {
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed.join('\n')
}

t.test('a store without a fault passes every case', async t => {
  for (const { name, run } of storeCases(store())) await t.resolves(async () => run(), name)
})

const FAULTS: readonly {
  readonly fault: string
  readonly change: Parameters<typeof store>[0]
  readonly found: RegExp
}[] = [
  {
    fault: 'values that are cut',
    change: ({ set }) => ({ set: (key, value, options) => set(key, value.split('\0')[0]!, options) }),
    found: /come back as they were/
  },
  {
    fault: 'keys without letter case',
    change: ({ get, set }) => ({
      get: key => get(key.toLowerCase()),
      set: (key, value, options) => set(key.toLowerCase(), value, options)
    }),
    found: /each key has a value of its own/
  },
  {
    fault: 'text that is replaced',
    change: ({ set }) => ({ set: (key, value, options) => set(key.toWellFormed(), value.toWellFormed(), options) }),
    found: /half a surrogate pair/
  },
  {
    fault: 'versions that are counted for each key',
    change({ get, set }) {
      const numbered = (version: string) => `${version.length}`
      return {
        get: async key => get(key).then(found => found && { ...found, version: numbered(found.version) }),
        set: async (key, value) => numbered(await set(key, value))
      }
    },
    found: /makes a version that was not there/
  },
  {
    fault: 'no conflicts',
    change: ({ set }) => ({ set: (key, value) => set(key, value) }),
    found: /any other conflicts/
  },
  {
    fault: 'conflicts of its own',
    change: ({ set }) => ({
      set: (key, value, options) => set(key, value, options).catch(() => Promise.reject(new Error('changed')))
    }),
    found: /any other conflicts/
  },
  {
    fault: 'a delete that does not look',
    change: sound => ({ delete: key => sound.delete(key) }),
    found: /any other conflicts/
  },
  {
    fault: 'a look before a write that is not one with it',
    change: ({ get, set }) => ({
      async set(key, value, { ifVersion } = {}) {
        if (ifVersion !== undefined && ifVersion !== ((await get(key))?.version ?? '')) {
          return set(key, value, { ifVersion: 'none' })
        }
        return set(key, value)
      }
    }),
    found: /of many writers/
  },
  {
    fault: 'counts that are lost',
    change: ({ get, set }) => ({
      async add(key, by) {
        const total = Number((await get(key))?.value ?? 0) + by
        await set(key, String(total))
        return total
      }
    }),
    found: /loses nothing/
  },
  {
    fault: 'a text that becomes a count',
    change: ({ add, get, set }) => ({
      async add(key, by, ttlMs) {
        if (Number.isNaN(Number((await get(key))?.value ?? 0))) await set(key, '0')
        return add(key, by, ttlMs)
      }
    }),
    found: /on what is no number/
  },
  {
    fault: 'values without an end',
    change: ({ set }) => ({ set: (key, value, { ttlMs: _, ...options } = {}) => set(key, value, options) }),
    found: /gone after it/
  },
  {
    fault: 'values that end although nobody said so',
    change: ({ set }) => ({ set: (key, value, options) => set(key, value, { ttlMs: 1, ...options }) }),
    found: /a write without a time stays/
  },
  {
    fault: 'counts that live on',
    change: ({ add, get, set }) => ({
      async add(key, by, ttlMs) {
        const total = await add(key, by)
        await set(key, (await get(key))!.value, ttlMs === undefined ? {} : { ttlMs })
        return total
      }
    }),
    found: /keeps the time that it began with/
  },
  {
    fault: 'a list by pattern',
    change: ({ list }) => ({
      async list(prefix) {
        const [own = '', ...rest] = prefix.split(/(?<=\/)/)
        const wanted = rest.join('')
        return (await list(own)).filter(({ key }) => wanted === '_' || key.slice(own.length).startsWith(wanted))
      }
    }),
    found: /to the letter/
  },
  {
    fault: 'a list in the order of bytes',
    change: ({ list }) => ({
      list: async prefix =>
        [...(await list(prefix))].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
    }),
    found: /sorted as JavaScript sorts/
  },
  {
    fault: 'instances that do not share',
    change() {
      const own = new MemoryStore()
      return { get: key => own.get(key), set: (key, value, options) => own.set(key, value, options) }
    },
    found: /the other sees at once[\s\S]*after closing and opening again/
  }
]
for (const { fault, change, found } of FAULTS) {
  t.test(`the kit finds a store with ${fault}`, async t => {
    t.match(await failures(storeCases(store(change))), found)
  })
}

t.test('a store that forgets may say so', async t => {
  const forgetful = store(() => {
    const own = new MemoryStore()
    return {
      get: key => own.get(key),
      set: (key, value, options) => own.set(key, value, options),
      delete: (key, options) => own.delete(key, options),
      list: prefix => own.list(prefix),
      add: (key, by, ttlMs) => own.add(key, by, ttlMs)
    }
  })
  t.equal(await failures(storeCases(forgetful, { shared: false })), '')
  t.match(await failures(storeCases(forgetful)), /two instances/)
})
