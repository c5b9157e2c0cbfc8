export { classify } from './classify.ts'
export * from './sink.ts'
export * from './transport.ts'
