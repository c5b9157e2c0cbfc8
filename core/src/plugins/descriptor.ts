import { isPlainObject } from '../config/index.ts'
import { isPlugin, type Plugin } from '../contract/index.ts'
import { describe } from '../wire/index.ts'
import { isKind, PLUGIN_APIS } from './api.ts'
import type { Fault, Located } from './locate.ts'

/** descriptorOf takes a module's default export for a plugin, or says what is wrong with it. */
export function descriptorOf({ exported, manifest }: Located, use: string): Plugin | Fault {
  if (!isPlugin(exported)) {
    return fault(
      `expected a default export made by defineProvider or another define function, got ${describe(exported)}`
    )
  }
  const wrong = malformed(exported)
  if (wrong !== undefined) return fault(wrong)
  const declared = manifest?.isthmus
  for (const name of ['kind', 'name', 'api'] as const) {
    if (declared === undefined || declared[name] === exported[name]) continue
    return fault(
      `its package.json says ${name} ${describe(declared[name])}, its code says ${describe(exported[name])}`,
      'this is a mistake in the package; tell its authors'
    )
  }
  return unsupportedApi(exported, use) ?? exported
}

/** malformed tells what a descriptor lacks that was written without the compiler's help. */
function malformed({ kind, name, api, options, setup }: Plugin): string | undefined {
  if (!isKind(kind)) return `is a plugin of the kind ${describe(kind)}, which this kernel does not know`
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    return `expected a plugin name in kebab case, got ${describe(name)}`
  }
  if (!Number.isInteger(api)) return `expected an integer for the plugin's api, got ${describe(api)}`
  if (!isPlainObject(options) || options.type !== 'object') return "expected an object schema for the plugin's options"
  return typeof setup === 'function' ? undefined : `expected a setup function in the plugin, got ${describe(setup)}`
}

function unsupportedApi({ kind, api }: Plugin, use: string): Fault | undefined {
  const supported = PLUGIN_APIS[kind]
  if (supported.includes(api)) return undefined
  const ours = supported.join(' and ')
  const older = api < Math.min(...supported)
  return fault(
    `is written for ${kind} api ${api}; this kernel supports ${ours}`,
    older
      ? `install a newer version of ${use}`
      : `install a newer @isthmus/core, or a version of ${use} written for ${kind} api ${ours}`
  )
}

function fault(message: string, ...hints: readonly string[]): Fault {
  return { path: 'use', message, hints }
}
