/**
 * `npm run build`: compiles each package to its `dist/`, one after the other, so that each one sees the declarations of
 * those it uses as a user of the published package would. Names of folders on the command line build those alone.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** packageFolders lists what is built, what others use first. */
function packageFolders(): readonly string[] {
  const plugins = readdirSync(join(root, 'plugins'))
    .filter(name => existsSync(join(root, 'plugins', name, 'package.json')))
    .sort((one, other) => Number(other.startsWith('format-')) - Number(one.startsWith('format-')))
  return ['core', ...plugins.map(name => `plugins/${name}`)]
}

function compilerOptions(folder: string): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  const {
    allowImportingTsExtensions: _source,
    customConditions: _conditions,
    noEmit: _noEmit,
    ...shared
  } = config.compilerOptions
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...shared, rewriteRelativeImportExtensions: true, declaration: true, rootDir: 'src', outDir: 'dist' },
    folder
  )
  return options
}

/** cachingHost reads each library file once for all packages; parsing them is most of the work. */
function cachingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (file, target, ...rest) => {
    if (!file.endsWith('.d.ts')) return read(file, target, ...rest)
    const parsed = parsedFiles.get(file) ?? read(file, target, ...rest)
    if (parsed !== undefined) parsedFiles.set(file, parsed)
    return parsed
  }
  return host
}
const parsedFiles = new Map<string, ts.SourceFile>()

/** build compiles one package and gives the compiler's complaints. */
function build(name: string): readonly ts.Diagnostic[] {
  const folder = join(root, name)
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  const files = ts.sys.readDirectory(join(folder, 'src'), ['.ts'])
  const options = compilerOptions(folder)
  const program = ts.createProgram(files, options, cachingHost(options))
  const { diagnostics } = program.emit()
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics]
}

const asked = process.argv.slice(2)
let failed = false
for (const name of asked.length > 0 ? asked : packageFolders()) {
  const startedMs = performance.now()
  const complaints = build(relative(root, join(root, name)))
  if (complaints.length > 0) {
    failed = true
    const host = {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (file: string) => file,
      getNewLine: () => '\n'
    }
    console.error(ts.formatDiagnosticsWithColorAndContext(complaints, host))
  }
  console.log(
    `${name} ${complaints.length > 0 ? 'failed' : 'built'} in ${Math.round(performance.now() - startedMs)} ms`
  )
}
if (failed) process.exitCode = 1
