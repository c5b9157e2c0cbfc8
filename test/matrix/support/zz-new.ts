// temporary: makes request cases from what a client of one format sends
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { featuresOf } from '@isthmus/core'
import { MODEL } from './fixtures.ts'
import { loadSpokes } from './formats.ts'

const spokes = await loadSpokes()
const cases = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as any[]
const R = '/work/main/fixtures/requests/'
const clean = (v: any): any =>
  JSON.parse(
    JSON.stringify(v, function (this: any, k: string, m: any) {
      if (k === 'source' && m && typeof m === 'object' && 'wire' in m) return undefined
      if (k === 'item') return m?.phase !== undefined ? { phase: m.phase } : undefined
      if (k === 'ext') {
        const e = Object.fromEntries(Object.entries(m).filter(([n]) => !n.includes('/')))
        return Object.keys(e).length ? e : undefined
      }
      if (k === 'annotations' && Array.isArray(m) && m.length === 0) return undefined
      return m
    })
  )
for (const c of cases) {
  const spoke = spokes.find(s => s.id === c.format)!
  const { head } = spoke.asking(MODEL, false)
  const read = spoke.format.request.decode(c.body, head) as any
  const { op, ingress, reply, source, ...rest } = read
  const dir = R + c.name
  mkdirSync(dir, { recursive: true })
  writeFileSync(`${dir}/ir.json`, JSON.stringify(clean(rest), null, 2) + '\n')
  writeFileSync(`${dir}/${c.format}.client.json`, JSON.stringify(c.body, null, 2) + '\n')
  const hub = { op: 'generate', ...clean(rest), reply: { stream: false }, ingress: { format: 'fixtures' } }
  const old = existsSync(`${dir}/case.json`) ? JSON.parse(readFileSync(`${dir}/case.json`, 'utf8')) : {}
  writeFileSync(
    `${dir}/case.json`,
    JSON.stringify(
      {
        title: c.title,
        features: [...featuresOf(hub)].sort(),
        clients: old.clients ?? [c.format],
        ...(old.rewritten && { rewritten: old.rewritten }),
        ...(c.kept && { kept: c.kept }),
        ...(old.gaps && { gaps: old.gaps }),
        ...(c.unreported && { unreported: c.unreported })
      },
      null,
      2
    ) + '\n'
  )
}
