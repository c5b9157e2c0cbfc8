/** The kernel's main door: the plugin contract, the IR, errors and the config helpers. */

export * from './config/define.ts'
export * from './contract/index.ts'
export * from './errors/index.ts'
export * from './ir/index.ts'
