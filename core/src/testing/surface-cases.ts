import { deepEqual } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { Plugin, RouteSchema } from '../contract/index.ts'
import type { Case } from './case.ts'
import { descriptorCases, type PluginCaseOptions } from './descriptor-cases.ts'
import { fakeHost } from './fake-host.ts'
import { resolveOptions } from './options.ts'

/** surfaceCases hold for every surface. */
export function surfaceCases<O extends TObject>(
  plugin: Plugin<'surface', O>,
  given: PluginCaseOptions = {}
): readonly Case[] {
  return [
    ...descriptorCases('surface', plugin, given),
    {
      name: 'every route says what it is for, or is hidden',
      async run() {
        const host = fakeHost({ id: plugin.name, ...given.host })
        const silent: string[] = []
        host.http.addHook('onRoute', ({ method, url, schema }) => {
          const about = schema as RouteSchema | undefined
          if (method !== 'HEAD' && about?.hide !== true && !about?.summary) silent.push(`${String(method)} ${url}`)
        })
        await plugin.setup(host, resolveOptions(plugin.options, given.options ?? {}))
        await host.http.ready()
        await host.close()
        deepEqual(silent, [], 'give these routes a schema with a summary')
      }
    }
  ]
}
