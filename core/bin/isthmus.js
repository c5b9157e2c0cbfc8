#!/usr/bin/env node
// Plain JavaScript that old versions of Node understand, so that they can say what is wrong.

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`isthmus needs Node 22.19 or newer; this is ${process.versions.node}`)
  process.exit(1)
}
const { enableCompileCache } = await import('node:module')
enableCompileCache()
const { main } = await import('#cli')
await main(process.argv)
