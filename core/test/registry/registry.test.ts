import t from 'tap'
import { type Instance, Registry } from '../../src/registry/index.ts'

const instance = (kind: 'ingress' | 'provider', id: string) =>
  ({ kind, id, plugin: id, version: '1.0.0', contribution: {} }) as unknown as Instance<typeof kind>

t.test('an ingress and a provider may have the same id, and both are found', async t => {
  const registry = new Registry()
  const [ingress, provider] = [instance('ingress', 'gemini'), instance('provider', 'gemini')]
  registry.add(ingress)
  registry.add(provider)
  registry.freeze()
  t.equal(registry.get('ingress', 'gemini'), ingress)
  t.equal(registry.get('provider', 'gemini'), provider)
  t.equal(registry.get('meter', 'gemini'), undefined)
  t.strictSame(registry.all('ingress'), [ingress])
  t.strictSame(registry.all('provider'), [provider])
})

t.test('a frozen registry takes nothing more', async t => {
  const registry = new Registry().freeze()
  t.throws(() => registry.add(instance('ingress', 'late')), /frozen/)
})
