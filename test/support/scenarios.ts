import type { Test } from 'tap'
import type { Asked, Client } from './clients/client.ts'
import { caught, type Simulated, WIRES } from './simulated.ts'

/* What every client is made to do, whatever it speaks, over every wire of the simulator. */

const TEXT = 'Guten Tag, 世界 🌍'
const HOW = [false, true] as const
/** For names of models that no other client asks for. */
let serial = 20
const titled = (stream: boolean): string => (stream ? 'streamed' : 'whole')

/** Statuses of the upstream, and what the client is told. */
const FAILURES: readonly (readonly [string, number])[] = [
  ['fail:400', 400],
  // The gateway's own key or account: nothing that this client could mend.
  ['fail:401', 502],
  ['fail:403', 502],
  ['fail:404', 404],
  ['fail:413', 413],
  ['fail:429', 429],
  ['fail:500', 502],
  ['fail:503', 503],
  ['fail:504', 504],
  ['fail:context', 400],
  ['unreachable', 502],
  ['empty', 502],
  ['no-such-model', 404]
]

/** playScenarios has one client play all scenarios over all wires. */
export function playScenarios(t: Test, gateway: Simulated, client: Client): void {
  for (const wire of WIRES) {
    t.test(`${client.name}, over ${wire}`, async t => {
      await playOver(t, gateway, client, wire)
      t.end()
    })
  }
}

/** sealsIn reads how much reasoning came back with its seal and without, as the simulator says it. */
function sealsIn(said = ''): readonly number[] {
  const [, own, other] = /came back: (\d+) with my seal, (\d+) without/.exec(said) ?? []
  return [Number(own ?? 0), Number(other ?? 0)]
}

async function playOver(t: Test, gateway: Simulated, client: Client, wire: string): Promise<void> {
  const ask = (name: string, stream: boolean, more: Partial<Asked> = {}): Asked => ({
    model: `${wire}/${name}`,
    stream,
    prompt: TEXT,
    ...more
  })

  await t.test('text, whole and streamed', async t => {
    const system = 'Be brief.'
    const [whole, streamed] = [
      await client.ask(ask('echo', false, { system })),
      await client.ask(ask('echo', true, { system }))
    ]
    t.equal(whole.text, TEXT)
    t.equal(whole.finish, client.finishes.stop)
    t.ok(whole.input > 0 && whole.output > 0, `usage is told: ${whole.input}, ${whole.output}`)
    const { input, ...counted } = streamed
    t.strictSame({ ...counted, input: client.countsEarly ? whole.input : input }, whole, 'streaming changes nothing')
    const pieces: string[] = []
    const name = `tokens:${serial++}@1ms`
    await client.hear(ask(name, true), piece => pieces.push(piece))
    t.ok(pieces.filter(piece => piece !== '').length > 5, 'a stream comes in pieces')
    const [line] = await gateway.linesFor(`${wire}/${name}`, 1)
    t.match(line, { outcome: 'ok', ingress: client.ingress })
  })

  for (const stream of HOW) {
    await t.test(`a loop with parallel calls, ${titled(stream)}`, async t => {
      const { text, called } = await client.loop(ask('call:all', stream))
      t.strictSame([...called].sort(), ['clock {"zone":"UTC"}', 'weather {"city":"city"}'])
      // Some clients put what a tool said in an object of their own.
      t.match(text, /^The tool weather answered: .*snow.*\nThe tool clock answered: .*noon.*$/)
    })

    await t.test(`an image, a file, a schema and a limit, ${titled(stream)}`, async t => {
      const image = await client.ask(ask('echo', stream, { attached: 'image' }))
      t.match(image.text, '[image image/png, 70 bytes]')
      const file = await client.ask(ask('echo', stream, { attached: 'file' }))
      t.match(file.text, /\[file.* application\/pdf, 189 bytes\]/)
      const city = await client.ask(ask('echo', stream, { city: true, prompt: 'A city' }))
      t.strictSame(JSON.parse(city.text), { city: 'city', people: 1 })
      const cut = await client.ask(ask('tokens:50', stream, { maxTokens: 20 }))
      t.equal(cut.finish, client.finishes.length)
      t.equal(cut.output, 20)
    })

    if (client.reasons) {
      await t.test(`reasoning is shown, and comes back whole, ${titled(stream)}`, async t => {
        const asked = ask('reason:30', stream, { think: true, prompt: 'Think' })
        const { text, reasoning, output } = await client.ask(asked)
        t.match(text, 'Think')
        t.match(reasoning, /^\w+ \w+/)
        t.ok(output > 30, 'it is counted')
        const [once, twice] = client.keeps?.(wire, stream) ?? [1, 2]
        t.strictSame(sealsIn(await client.talk(asked, 'And now?')), [once, 0])

        const prompt = 'sim: call weather {"city":"Oslo"}'
        const looped = await client.loop({ ...asked, prompt }, 'And now?')
        t.strictSame(looped.called, ['weather {"city":"Oslo"}'])
        t.strictSame(sealsIn(looped.after), [twice, 0], `after a loop: ${looped.after}`)
      })
    }
  }

  await t.test('a conversation goes on', async t => {
    for (const stream of HOW) t.equal(await client.talk(ask('echo', stream), 'And now?'), 'And now?', titled(stream))
  })

  await t.test('an error has the status that the client can act on, and a message', async t => {
    for (const [name, status] of FAILURES) {
      for (const stream of HOW) {
        const error = await caught(client.ask(ask(name, stream)))
        const own = status === 503 && client.ingress === 'messages' ? 529 : status
        t.equal(client.statusOf(error), own, `${name}, ${titled(stream)}: ${error.message}`)
        if (client.classes !== undefined) t.equal(error.constructor.name, client.classes[own], name)
      }
    }
  })

  await t.test('what goes wrong in a stream is thrown, after what came before it', async t => {
    for (const name of ['error-in-stream:5', 'cut:5', 'reset:5', 'garbage:5']) {
      const pieces: string[] = []
      const error = await caught(client.hear(ask(name, true), piece => pieces.push(piece)))
      t.ok(error.message, name)
      t.match(pieces.join(''), /^\w+( \w+)+/, `${name} gives what it had`)
    }
  })

  await t.test('a client that leaves in the middle of a stream ends the work upstream', async t => {
    if (client.trips) return t.pass('the client cannot be told to stop')
    const name = `stall:${serial++}`
    const leaving = new AbortController()
    const heard = (piece: string) => {
      if (piece !== '') leaving.abort()
    }
    await client.hear(ask(name, true), heard, leaving.signal).catch(() => undefined)
    const [line] = await gateway.linesFor(`${wire}/${name}`, 1)
    t.match(line, { outcome: 'cancelled' })
  })

  const { count, complete, embed } = client
  if (count !== undefined) {
    await t.test('tokens are counted', async t => {
      const few = await count(ask('echo', false, { prompt: 'one two three' }))
      const many = await count(ask('echo', false, { prompt: 'one two three '.repeat(20) }))
      t.ok(few > 0 && many > few, `${few}, ${many}`)
    })
  }

  if (complete !== undefined) {
    await t.test('a text is gone on from', async t => {
      for (const stream of HOW) t.equal(await complete(ask('echo', stream)), TEXT, titled(stream))
    })
  }

  // One vendor has no vectors.
  if (embed !== undefined && wire !== 'simulator-messages') {
    await t.test('vectors', async t => {
      const vectors = await embed(`${wire}/embed`, ['one', 'two', 'one'])
      t.equal(vectors.length, 3)
      t.ok((vectors[0]?.length ?? 0) > 1)
      t.strictSame(vectors[0], vectors[2])
      t.notSame(vectors[0], vectors[1])
    })
  }

  const { models } = client
  if (models !== undefined) {
    await t.test('models are listed', async t => {
      t.ok((await models()).includes(`${wire}/echo`))
    })
  }
}
