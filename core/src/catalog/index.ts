export * from './catalog.ts'
export * from './lister.ts'
