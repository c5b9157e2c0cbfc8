export * from './gaps.ts'
export * from './plan.ts'
