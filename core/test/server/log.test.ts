import pino from 'pino'
import t from 'tap'
import { loggerOptions } from '../../src/server/log.ts'
import { LogDestination } from '../../src/server/log-destination.ts'

t.test('credentials in headers are not logged, whoever logs the headers', async t => {
  const lines: string[] = []
  const log = pino(loggerOptions({ level: 'info', format: 'json' }), { write: line => void lines.push(line) })
  const headers = {
    authorization: 'Bearer hush',
    'x-api-key': 'hush',
    'x-goog-api-key': 'hush',
    'api-key': 'hush',
    'proxy-authorization': 'hush',
    cookie: 'hush',
    'set-cookie': 'hush',
    accept: 'shown'
  }
  log.info({ headers, req: { headers }, request: { headers }, response: { headers } }, 'x')
  log.child({ plugin: 'p' }).info({ headers }, 'y')
  t.notMatch(lines.join(''), 'hush')
  t.equal(lines.join('').match(/shown/g)?.length, 5)
})

const failing = (code: string) => Object.assign(new Error(code), { code })

t.test('lines are written in blocks, whole and in order, also when only part of a block is taken', async t => {
  let written = ''
  let calls = 0
  const destination = new LogDestination(bytes => {
    calls++
    const taken = Math.ceil(bytes.length / 2)
    written += Buffer.from(bytes.subarray(0, taken)).toString('latin1')
    return taken
  })
  destination.write('one\n')
  t.equal(calls, 0)
  const long = `${'x'.repeat(5000)}\n`
  destination.write(long)
  t.equal(written, `one\n${long}`)
  destination.write('two\n')
  destination.flush()
  t.equal(written, `one\n${long}two\n`)
})

t.test('a reader that is slow gets everything later; one that is gone is not written to again', async t => {
  let written = ''
  let error: Error | undefined = failing('EAGAIN')
  let calls = 0
  const destination = new LogDestination(bytes => {
    calls++
    if (error !== undefined) throw error
    written += Buffer.from(bytes).toString()
    return bytes.length
  })
  destination.write('one\n')
  destination.flush()
  destination.write('two\n')
  error = undefined
  destination.flush()
  t.equal(written, 'one\ntwo\n')
  error = failing('EPIPE')
  destination.write('three\n')
  destination.flush()
  const before = calls
  destination.write('four\n'.repeat(2000))
  destination.flush()
  t.equal(calls, before)
})

t.test('what nobody takes is held within a bound, the newest lines of it', async t => {
  let written = ''
  let full = true
  const destination = new LogDestination(bytes => {
    if (full) throw failing('ENOSPC')
    written += Buffer.from(bytes).toString()
    return bytes.length
  })
  for (let line = 0; line < 30_000; line++) destination.write(`${line} ${'x'.repeat(92)}\n`)
  full = false
  destination.flush()
  t.ok(written.length < 1_200_000, `${written.length} characters were held`)
  t.match(written, /29999 x+\n$/)
})
