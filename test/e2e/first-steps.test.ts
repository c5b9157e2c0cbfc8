import { fileURLToPath } from 'node:url'
import t from 'tap'
import { run, start } from '../../core/test/cli/support/run.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** said leaves out that Node 22 calls its SQLite an experiment. */
const said = (err: string): string =>
  err.replace(/^\(node:\d+\) ExperimentalWarning: SQLite .*\n.*trace-warnings.*\n/m, '')

t.test('what init writes into an empty folder starts as it is, and answers in both formats', async t => {
  const cwd = t.testdir({})
  const written = await run(['init'], { cwd })
  t.equal(written.code, 0)
  t.notMatch(written.out, 'npm install', 'every package of it is here')
  t.equal(said((await run(['check', '--boot'], { cwd })).err), '')
  const { url, running } = await start(t, { cwd, env: { PORT: '0' } })
  t.match(running.err, /waiting +openai, for OPENAI_API_KEY\n +anthropic, for ANTHROPIC_API_KEY\n/)
  const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
  const model = models.data[0]?.id
  const messages = [{ role: 'user', content: 'Hello' }]
  for (const path of ['/v1/chat/completions', '/v1/messages']) {
    const body = JSON.stringify({ model, max_tokens: 100, messages })
    const reply = await fetch(url + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    t.equal(reply.status, 200, path)
  }
  running.kill('SIGTERM')
  t.equal((await running.finished).code, 0)
})

t.test('the example config of the repository starts with no variable set', async t => {
  const checked = await run(['check', '--boot'], { cwd: ROOT, env: { ISTHMUS_DB: ':memory:' } })
  t.equal(said(checked.err), '')
  t.match(checked.out, 'gateway.config.ts: no problems')
  t.match(
    (await run(['list'], { cwd: ROOT, env: { ISTHMUS_DB: ':memory:' } })).out,
    /Waiting\n {2}provider +openai .*OPENAI_API_KEY\n {2}provider +anthropic/
  )
})
