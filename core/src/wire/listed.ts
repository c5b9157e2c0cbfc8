import { isObject, type JsonObject, stringOf } from './json.ts'
import { invalid } from './validate.ts'

/*
 * Lists of models, as upstreams give them. What is not there, or is null, is not known. What is there and makes no sense
 * is an error that says where: then the list as a whole is worth no more than no list.
 */

/** Listed reads the members of one entry of a list, or of an object inside it. */
export interface Listed {
  readonly row: JsonObject
  readonly at: string
  /** text gives a string that is not empty. */
  text(name: string): string | undefined
  /** number gives one of at least zero. */
  number(name: string): number | undefined
  /** count gives a whole number; zero stands for one that is not known. */
  count(name: string): number | undefined
  flag(name: string): boolean | undefined
  words(name: string): readonly string[] | undefined
  inside(name: string): Listed | undefined
}

/** listedRows gives the entries of a list. Those without the member that names them are of no use. */
export function listedRows(list: unknown, at: string, idName: string): readonly Listed[] {
  if (!Array.isArray(list)) throw invalid(at, 'a list of models', list)
  return list.flatMap((row: unknown, index) =>
    isObject(row) && (stringOf(row[idName]) ?? '') !== '' ? listed(row, `${at}[${index}]`) : []
  )
}

/** listed reads one object. */
export function listed(row: JsonObject, at: string): Listed {
  const read = <T>(name: string, expected: string, is: (value: unknown) => value is T): T | undefined => {
    const value = row[name] ?? undefined
    if (value === undefined || is(value)) return value
    throw invalid(at === '' ? name : `${at}.${name}`, expected, value)
  }
  return {
    row,
    at,
    text: name => read(name, 'a string', isString) || undefined,
    number: name => read(name, 'a number of at least 0', isNumber),
    count: name => Math.floor(read(name, 'a number of at least 0', isNumber) ?? 0) || undefined,
    flag: name => read(name, 'true or false', isFlag),
    words: name => read(name, 'a list of strings', isWords),
    inside(name) {
      const object = read(name, 'an object', isObject)
      return object && listed(object, at === '' ? name : `${at}.${name}`)
    }
  }
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isWords = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
