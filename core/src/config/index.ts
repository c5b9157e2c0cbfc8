/** The config file: found, read, resolved, checked. What it enables is the plugin host's to find. */

export { checkFilled, type PlacedProblem, pathOf } from './check.ts'
export * from './define.ts'
export type { Environment } from './environment.ts'
export { fill, isPlainObject } from './fill.ts'
export type { FreshRead } from './fresh-read.ts'
export { type Loaded, type LoadOptions, loadConfig, reason } from './load.ts'
export { type ConfigProblem, configInvalid, reportProblems } from './problems.ts'
export * from './schema.ts'
export { literalSecrets, wrapSecrets } from './secrets.ts'
