// temporary

import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { type Feature, featuresOf, isGatewayError, leaveOut } from '@isthmus/core'
import { clientFile, hubRequest, MODEL, PROVIDER, requestCases } from './fixtures.ts'
import { loadSpokes } from './formats.ts'
import { requestContent } from './normal.ts'

const apply = process.argv.includes('--apply')
const only = process.argv.slice(2).filter(a => !a.startsWith('--'))
const spokes = (await loadSpokes()).filter(s => true)
for (const fixture of requestCases()) {
  if (only.length && !only.includes(fixture.name)) continue
  const hub = hubRequest(fixture)
  const about = fixture.about as any
  const features = [...featuresOf(hub)]
  let out = `${fixture.name} [${features.join(' ')}]\n`
  for (const { id, format, asking } of spokes) {
    const rejected = features.filter(f => format.features[f as never] === 'rejected')
    const dropped = features.filter(f => format.features[f as never] === 'dropped')
    const gaps: Record<string, string> = Object.fromEntries([
      ...dropped.map(f => [f, 'dropped']),
      ...features.filter(f => format.features[f as never] === 'emulated').map(f => [f, 'emulated'])
    ])
    let body: any
    if (rejected.length) for (const f of rejected) gaps[f] = 'rejected'
    else {
      try {
        const e = format.request.encode(leaveOut(hub, dropped as Feature[]), { provider: PROVIDER, model: MODEL })
        body = JSON.parse(JSON.stringify(e.body))
        for (const g of e.gaps) {
          gaps[g.feature] = g.action
          out += `   ${id} gap ${JSON.stringify(g)}\n`
        }
      } catch (x) {
        if (!isGatewayError(x)) out += `   ${id} CRASH ${(x as Error).stack}\n`
        else {
          out += `   ${id} throws ${(x as any).kind} ${(x as any).message} ${JSON.stringify((x as any).details ?? {})}\n`
          gaps[features.filter(f => !f.startsWith('output.max'))[0] ?? '?'] = 'rejected'
        }
      }
    }
    let says: any = false
    const file = clientFile(fixture, id)
    if (body !== undefined || file !== undefined) {
      if (body && id === 'responses') {
        if (hub.state?.store === undefined) delete body.store
        for (const tool of body.tools ?? [])
          if (tool.strict === false) {
            const o = hub.tools.find(t => (t as any).name === tool.name) as any
            if (o?.strict === undefined) delete tool.strict
          }
        for (const item of body.input)
          for (const part of [
            ...(Array.isArray(item.content) ? item.content : []),
            ...(Array.isArray(item.output) ? item.output : [])
          ])
            if (part.detail === 'auto') delete part.detail
      }
      try {
        const client = file !== undefined && file.includes('.client.') ? fixture.json(file) : body
        const read = requestContent(format.request.decode(client, asking(MODEL, false).head))
        says = isDeepStrictEqual(read, requestContent(hub))
        if (!says && process.argv.includes('--diff')) out += diffs(read, requestContent(hub), '     ')
        if (
          body &&
          process.argv.includes('--clients') &&
          id === 'responses' &&
          !fixture.has('responses.client.json') &&
          says
        )
          writeFileSync(fixture.path('responses.client.json'), JSON.stringify(body, null, 2) + '\n')
      } catch (x) {
        out += `   ${id} DECODE CRASH ${(x as Error).message}\n`
      }
    }
    if (body && !about.gaps?.[id] && !about.clients.includes(id)) {
    }
    const diff = JSON.stringify(about.gaps?.[id] ?? {}) !== JSON.stringify(gaps) ? ' *' : ''
    out += `   ${id}: client=${says} gaps=${JSON.stringify(gaps)}${diff}\n`
    if (apply) {
      if (Object.keys(gaps).length) {
        about.gaps = { ...about.gaps, [id]: gaps }
        about.gaps = Object.fromEntries(Object.entries(about.gaps).sort())
      } else if (about.gaps?.[id]) delete about.gaps[id]
      about.clients = [...new Set([...about.clients.filter((c: string) => c !== id), ...(says ? [id] : [])])].sort()
    }
  }
  if (apply) {
    const { title, features: f, clients, rewritten, gaps, unreported } = about
    writeFileSync(
      fixture.path('case.json'),
      JSON.stringify(
        {
          title,
          features: f,
          clients,
          ...(rewritten && { rewritten }),
          ...(about.kept && { kept: about.kept }),
          ...(gaps && Object.keys(gaps).length && { gaps }),
          ...(unreported && { unreported })
        },
        null,
        2
      ) + '\n'
    )
  } else process.stdout.write(out)
}

function diffs(a: any, b: any, pad: string, path = ''): string {
  if (isDeepStrictEqual(a, b)) return ''
  if (a && b && typeof a === 'object' && typeof b === 'object')
    return [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .map(k => diffs(a[k], b[k], pad, `${path}.${k}`))
      .join('')
  return `${pad}${path}: read ${JSON.stringify(a)} hub ${JSON.stringify(b)}\n`
}
