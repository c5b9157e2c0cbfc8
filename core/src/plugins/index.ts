/** The plugin host: finds what the config names, checks it, orders it, and sets it up. */

export { KINDS, PLUGIN_APIS } from './api.ts'
export { type Findings, type FoundPlugin, findPlugins, type WaitingPlugin } from './find.ts'
export { type HostDeps, type HostParts, hostFor, type SendFromPlugin } from './host.ts'
export { type InstalledPlugin, installed } from './installed.ts'
export { MemoryStore, prefixed, storeOf } from './memory-store.ts'
export { type Prepared, preparePlugins } from './prepare.ts'
export { registerPlugins } from './register.ts'
