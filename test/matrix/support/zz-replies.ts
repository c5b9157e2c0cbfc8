// temporary

import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expresses, FEATURES, replyFeature } from '@isthmus/core'
import { decodeAll, replyFeaturesOf, replyOptions } from '@isthmus/core/testing'
import { clientFile, hubEvents, MODEL, PROVIDER, replyCases, requestCases, upstreamFile } from './fixtures.ts'
import { loadSpokes } from './formats.ts'
import { replyContent, withoutTime } from './normal.ts'

const apply = process.argv.includes('--apply')
const only = process.argv.slice(2).filter(a => !a.startsWith('--'))
const spokes = (await loadSpokes()).filter(s => ['responses', 'gemini'].includes(s.id))
const requests = requestCases()
for (const fixture of replyCases()) {
  if (only.length && !only.includes(fixture.name)) continue
  const hub = hubEvents(fixture)
  const about = fixture.about as any
  if (process.argv.includes('--ups')) {
    const usage: any = [...hub].reverse().find(e => e.type === 'usage')
    const strip = (u: any) => {
      if (!u) return u
      const k = (usage as any)?.usage ?? {}
      const { input = {}, output = {} } = k
      const ind: any = {}
      if (input.cacheRead !== undefined) ind.cached_tokens = u.input_tokens_details.cached_tokens
      if (input.cacheWrite !== undefined) {
        ind.cache_write_tokens = u.input_tokens_details.cache_write_tokens
      }
      return {
        input_tokens: u.input_tokens,
        ...(Object.keys(ind).length && { input_tokens_details: ind }),
        output_tokens: u.output_tokens,
        ...(output.reasoning !== undefined && { output_tokens_details: u.output_tokens_details }),
        total_tokens: u.total_tokens
      }
    }
    const fixId = (r: any) => {
      if (r?.id?.startsWith('resp_')) r.id = 'resp_1'
      if (r.usage) r.usage = strip(r.usage)
      return r
    }
    const re = (text: string) => text.replaceAll('resp_exchange', 'resp_1').replaceAll('_exchange', '_1')
    if (fixture.has('responses.json')) {
      const r = fixture.json('responses.json') as any
      if (r.object === 'response')
        writeFileSync(fixture.path('responses.upstream.json'), re(JSON.stringify(fixId(r), null, 2)) + '\n')
    }
    if (fixture.has('responses.sse'))
      writeFileSync(
        fixture.path('responses.upstream.sse'),
        re(
          fixture
            .text('responses.sse')
            .split('\n')
            .map(l => {
              if (!l.startsWith('data: ')) return l
              const d = JSON.parse(l.slice(6))
              if (d.response) fixId(d.response)
              return 'data: ' + JSON.stringify(d)
            })
            .join('\n')
        )
      )
  }
  let out = `${fixture.name} [${[...replyFeaturesOf(hub)].join(' ')}] ups=${about.upstreams}\n`
  for (const { id, format, asking } of spokes) {
    const asked = requests.find(({ name }) => name === (about.request ?? 'text'))!
    const file = clientFile(asked, id)
    const dialect =
      file === undefined ? [] : (format.request.decode(asked.json(file), asking(MODEL, true).head).reply.dialect ?? [])
    const table = format.repliesWith?.(replyOptions({ dialect } as any)) ?? format.features
    const gaps: Record<string, string> = {}
    for (const e of hub) {
      const f = replyFeature(e, id)
      if (f) {
        const v = table[f as never] as any
        if (!expresses(v)) gaps[f] = v === 'emulated' ? 'emulated' : 'dropped'
      }
    }
    let tells = true
    for (const ending of ['json', 'sse'] as const) {
      const f = upstreamFile(fixture, id, ending)
      if (!f) continue
      const head = {
        status: 200,
        headers: { 'content-type': ending === 'json' ? 'application/json' : 'text/event-stream' }
      }
      try {
        const events = decodeAll(format.response.decoder(head, { provider: PROVIDER, model: MODEL }, undefined), [
          new TextEncoder().encode(fixture.text(f))
        ])
        const timed = events.some(e => e.type === 'start' && e.created !== undefined)
        let [a, b] = [replyContent(events), replyContent(hub)] as any
        if (!timed) [a, b] = [withoutTime(a), withoutTime(b)]
        if (ending === 'json') {
          delete a.pieces
          delete b.pieces
        }
        const d = ending === 'sse' && !tells ? '' : diffs(a, b, '     ' + ending + ' ')
        if (d) {
          tells = false
          out += d
        }
      } catch (x) {
        tells = false
        out += `    CRASH ${(x as Error).stack}\n`
      }
    }
    out += `   ${id}: tells=${tells} gaps=${JSON.stringify(gaps)}\n`
    if (apply) {
      if (Object.keys(gaps).length)
        about.gaps = Object.fromEntries(Object.entries({ ...about.gaps, [id]: gaps }).sort())
      if (tells && !about.upstreams.includes(id)) about.upstreams = [...about.upstreams, id].sort()
    }
  }
  if (apply) {
    const { title, features: f, upstreams, request, gaps, unreported } = about
    writeFileSync(
      fixture.path('case.json'),
      JSON.stringify(
        {
          title,
          features: f,
          upstreams,
          ...(request && { request }),
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
  if (a && b && typeof a === 'object' && typeof b === 'object' && !(Array.isArray(a) && a.length !== (b as any).length))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .map(k => diffs(a[k], b[k], pad, `${path}.${k}`))
      .join('')
  return `${pad}${path}: read ${JSON.stringify(a)?.slice(0, 600)} HUB ${JSON.stringify(b)?.slice(0, 600)}\n`
}
