export { classify } from './classify.ts'
export { type FetchBudget, type FetchedFile, Fetcher, FetchRefusal } from './fetcher.ts'
export * from './sink.ts'
export * from './transport.ts'
