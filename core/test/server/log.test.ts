import pino from 'pino'
import t from 'tap'
import { loggerOptions } from '../../src/server/log.ts'

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
