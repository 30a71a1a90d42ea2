import type { YAMLError } from 'yaml'
import type { XpError } from '../errors/xp-error.ts'
import { yamlConflict, yamlSyntax } from '../errors/yaml.ts'
import { locate, positionOf, type Source } from './source.ts'

interface Problem {
  readonly message: string
  readonly hint?: string
  readonly label?: string
  /** Instead of the library's place. */
  readonly at?: readonly [number, number]
}

const lineOf = ({ text, lineStarts }: Source, offset: number) => {
  const { line } = positionOf({ lineStarts } as Source, offset)
  const from = lineStarts[line - 1] as number
  const newline = text.indexOf('\n', from)
  return { from, text: text.slice(from, newline < 0 ? text.length : newline) }
}

/** A line without its indentation. */
const contentOf = ({ from, text }: { readonly from: number; readonly text: string }) =>
  [from + text.search(/\S|$/), from + text.trimEnd().length] as const

/** An opening bracket or quote that the library missed the end of, found backwards from where it gave up. */
function openerBefore(text: string, offset: number, opener: string): readonly [number, number] {
  const at = text.lastIndexOf(opener, Math.max(0, offset - 1))
  return at < 0 ? [offset, offset + 1] : [at, at + 1]
}

/** The opening bracket of the innermost flow collection still open at `offset`. */
function openBracketBefore(text: string, offset: number): readonly [number, number] {
  let depth = 0
  for (let i = offset - 1; i >= 0; i--) {
    const character = text[i] as string
    if ('}]'.includes(character)) depth++
    else if ('{['.includes(character) && depth-- === 0) return [i, i + 1]
  }
  return [offset, offset + 1]
}

function explain({ code, message, pos }: YAMLError, source: Source): Problem {
  const { text } = source
  const line = lineOf(source, pos[0])
  const token = text.slice(pos[0], pos[1])
  switch (code) {
    case 'TAB_AS_INDENT':
      return {
        message: 'a tab is used as indentation; YAML indents with spaces',
        hint: 'replace each tab by two spaces',
      }
    case 'BAD_INDENT':
      if (message.startsWith('Flow')) {
        const at = openBracketBefore(text, pos[0])
        const [open, close] = text[at[0]] === '[' ? ['[', ']'] : ['{', '}']
        return { message: `the "${open}" is never closed`, hint: `add "${close}" where its content ends`, at }
      }
      return {
        message: 'the indentation fits none of the lines above',
        label: 'starts at a column of its own',
        at: contentOf(line),
        hint: 'keys of one map start at the same column',
      }
    case 'MISSING_CHAR':
      if (message.includes('closing')) {
        const quote = message.includes('"') ? '"' : "'"
        const at = openerBefore(text, pos[0], quote)
        return { message: `the quote ${quote} is never closed`, hint: `add ${quote} where the text ends`, at }
      }
      if (message.includes('- indicator')) {
        return {
          message: 'this line continues no item of the list above',
          hint: 'an item starts with "- "; its keys start at one column',
          at: contentOf(line),
        }
      }
      if (message.startsWith('Missing ,'))
        return { message: 'a comma is missing between two items', hint: 'write "," before this item' }
      if (message.startsWith('Comments')) {
        return {
          message: 'a comment starts right after a value',
          hint: 'write a space before "#", or quote a text that holds it',
        }
      }
      if (message.startsWith('Implicit map keys'))
        return { message: 'the key has no value', hint: 'write ": " and the value after the key' }
      break
    case 'MULTILINE_IMPLICIT_KEY': {
      const own = line.text.trim()
      const at = contentOf(line)
      const glued = /^([^\s:]+):(\S.*)$/.exec(own)
      return glued === null
        ? { message: `"${own}" has no ":"`, label: 'expected key: value', hint: 'a line of a map is `key: value`', at }
        : { message: `a space is missing after the ":" of "${glued[1]}"`, hint: `write ${glued[1]}: ${glued[2]}`, at }
    }
    case 'BLOCK_AS_IMPLICIT_KEY': {
      if (/\S:\s.*:(\s|$)/.test(line.text)) {
        return {
          message: 'two ": " stand on one line',
          hint: 'put quotes around a text that holds ": ", or start the inner map on its own line',
        }
      }
      const next = lineOf(source, Math.min(line.from + line.text.length + 1, text.length))
      return {
        message: 'this line is indented deeper than the one above, which already has a value',
        hint: 'keys of one map start at the same column',
        at: contentOf(next),
      }
    }
    case 'BLOCK_IN_FLOW': {
      const glued = /^([^\s,:{}[\]]+)\s+([\w-]+):/.exec(text.slice(pos[0]))
      if (glued === null) {
        return {
          message: 'a nested map inside { } or [ ] needs its own { }',
          hint: 'put { } around it, or quotes around a text',
        }
      }
      const [whole, value, key] = glued
      const end = pos[0] + whole.length
      const hint = `write ${value}, ${key}:`
      return { message: `a comma is missing before "${key}:"`, hint, at: [end - `${key}:`.length, end] }
    }
    case 'BAD_SCALAR_START':
      return {
        message: `a text cannot start with "${text[pos[0]]}" unless it is quoted`,
        hint: `put quotes around it: "${/^[^\s,\]}]*/.exec(text.slice(pos[0]))?.[0]}"`,
      }
    case 'BAD_DQ_ESCAPE':
      return {
        at: [pos[0], pos[0] + 2],
        message: `${text.slice(pos[0], pos[0] + 2)} is no escape inside "…"`,
        hint: 'write \\\\ for a backslash, or use single quotes',
      }
    case 'MULTIPLE_DOCS':
      return {
        message: 'the file holds more than one YAML document',
        label: 'a second document starts here',
        hint: 'an experiment is one document: delete this line, or move the rest to another file',
        at: [pos[0], Math.min(pos[0] + 3, text.length)],
      }
    case 'TAG_RESOLVE_FAILED':
      return {
        message: `the tag ${token} means nothing here`,
        hint: 'delete it: experiments are plain maps, lists, texts, numbers and true/false',
      }
    case 'BAD_DIRECTIVE':
      return { message: 'this directive is not understood', hint: 'delete the line: experiments are YAML 1.2' }
    case 'RESOURCE_EXHAUSTION':
      return { message: 'the values are nested too deeply', hint: 'an experiment nests a handful of levels' }
    case 'UNEXPECTED_TOKEN':
      if (/\$\{[^}]*$/.test(line.text.slice(0, pos[0] - line.from + 1))) {
        const from = line.text.lastIndexOf('${', pos[0] - line.from)
        const end = line.text.indexOf('}', from)
        const use = line.text.slice(from, end < 0 ? undefined : end + 1)
        return {
          message: `${use} must be quoted inside { } or [ ]`,
          hint: `write "${use}"`,
          at: [line.from + from, line.from + from + use.length],
        }
      }
      if (/flow-(map|seq)-end/.test(message))
        return { message: `the "${token}" closes nothing`, hint: 'delete it, or add the opening one' }
      return {
        message: `${JSON.stringify(token.split('\n')[0])} cannot stand here`,
        hint: "a text that holds quotes is quoted as a whole: 'it''s', or \"it's\"",
      }
    default:
  }
  return { message: `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}` }
}

/** The first syntax problem in our own words; what the parser says after it is guesswork. */
export function syntaxError(error: YAMLError, source: Source, offset: number): XpError {
  const moved = {
    ...error,
    code: error.code,
    message: error.message,
    pos: [error.pos[0] + offset, error.pos[1] + offset],
  }
  const { message, hint, label, at } = explain(moved as YAMLError, source)
  const [start, end] = at ?? (moved.pos as [number, number])
  return yamlSyntax(locate({ source, start, end }, label), message, hint)
}

/** Markers that version control leaves behind, before YAML turns them into riddles. */
export function conflictError(source: Source): XpError | undefined {
  const marker = /^(<{7} .*|={7}|>{7} .*)$/m.exec(source.text)
  if (marker === null || !marker[0].startsWith('<')) return undefined
  return yamlConflict(locate({ source, start: marker.index, end: marker.index + marker[0].length }))
}
