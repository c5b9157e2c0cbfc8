export { classify } from './classify.ts'
export * from './transport.ts'
