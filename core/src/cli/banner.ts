import { coreVersion, type Gateway } from '../server/index.ts'
import { columns } from './columns.ts'

/** banner tells a person where the gateway is, what is up, what is waited for, and a line to try it with. */
export function banner(gateway: Gateway, address: string): string {
  const { registry } = gateway
  const kinds = ['ingress', 'provider', 'router', 'tool', 'middleware', 'store', 'surface', 'meter'] as const
  const up = kinds.flatMap(kind => {
    const ids = registry.all(kind).map(({ id }) => id)
    return ids.length === 0 ? [] : [[kind, ids.join(', ')]]
  })
  const waiting = registry.waiting.map(({ id, variables }, index) => [
    index === 0 ? 'waiting' : '',
    `${id}, for ${variables.join(' and ')}`
  ])
  const lines = [`Isthmus ${coreVersion} at ${address}`, '', columns([...up, ...waiting])]
  const trial = tryLine(gateway, address)
  if (trial !== undefined) lines.push('', 'Try it:', `  ${trial}`)
  return `${lines.join('\n')}\n`
}

/** tryLine is a command that works as it is: a request where an ingress gives an example, else the model list. */
function tryLine(gateway: Gateway, address: string): string | undefined {
  const ingresses = gateway.registry.all('ingress').map(({ contribution }) => contribution)
  const model = exampleModel(gateway)
  for (const route of ingresses.flatMap(({ routes }) => routes)) {
    const call = 'calls' in route && !/[*:]/.test(route.path) ? route.calls[0] : undefined
    if (call?.example === undefined || model === undefined) continue
    const body = JSON.stringify(call.example(model)).replaceAll("'", "'\\''")
    return `${curl(address, route.path)} -H 'content-type: application/json' -d '${body}'`
  }
  const list = ingresses.flatMap(({ routes }) => routes).find(it => 'operation' in it && it.operation === 'models')
  return list === undefined ? undefined : curl(address, list.path)
}

/** exampleModel prefers a provider that needs no upstream, since that answers without a key and without a network. */
function exampleModel({ registry, catalog }: Gateway): string | undefined {
  const rows = catalog.rows()
  const own = registry.all('provider').filter(({ contribution }) => contribution.send !== undefined)
  return (rows.find(row => own.some(({ id }) => id === row.provider)) ?? rows[0])?.id
}

function curl(address: string, path: string): string {
  return address.startsWith('unix:')
    ? `curl --unix-socket ${address.slice('unix:'.length)} http://localhost${path}`
    : `curl ${address}${path}`
}
