export * from './errors.ts'
export * from './gateway-error.ts'
export * from './kinds.ts'
