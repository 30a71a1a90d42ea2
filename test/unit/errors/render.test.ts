import { expect, it } from 'vitest'
import { renderErrors } from '../../../src/errors/render.ts'
import { XpError } from '../../../src/errors/xp-error.ts'

const plain = new XpError({ code: 'XP_PLAIN', exit: 'environment', message: 'the disk is full', hint: 'free 2 GB' })
const placed = new XpError({
  code: 'XP_PLACED',
  exit: 'config',
  message: 'wrong',
  where: { file: 'a.yaml', line: 12, column: 3, excerpt: '   |\n12 |   x: 1\n   |   ^ here\n   |      - there' },
})

it('it prints code, message and hint of an error without a place', () => {
  expect(renderErrors([plain], { color: false })).toBe('error[XP_PLAIN]: the disk is full\n  = help: free 2 GB\n')
})

it('it prints place and excerpt, and counts several errors', () => {
  expect(renderErrors([placed, plain], { color: false })).toBe(
    [
      'error[XP_PLACED]: wrong',
      '  --> a.yaml:12:3',
      '   |',
      '12 |   x: 1',
      '   |   ^ here',
      '   |      - there',
      '',
      'error[XP_PLAIN]: the disk is full',
      '  = help: free 2 GB',
      '',
      '2 problems found',
      '',
    ].join('\n'),
  )
})

it('it colours underlines and changes no letter', () => {
  const colored = renderErrors([placed], { color: true })
  expect(colored).toContain('\u001b[31m   ^ here\u001b[39m')
  expect(colored).toContain('\u001b[34m      - there\u001b[39m')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character of terminal colours.
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(renderErrors([placed], { color: false }))
})

it('it indents the further lines of a hint', () => {
  const error = new XpError({ code: 'XP_HINT', exit: 'config', message: 'm', hint: 'one\ntwo' })
  expect(renderErrors([error], { color: false })).toBe('error[XP_HINT]: m\n  = help: one\n          two\n')
})

it('it keeps the lines of a message', () => {
  const error = new XpError({ code: 'XP_LIST', exit: 'data', message: '2 files:\n  "a"\n  "b"' })
  expect(renderErrors([error], { color: false })).toBe('error[XP_LIST]: 2 files:\n  "a"\n  "b"\n')
})

it('it lets no text steer the terminal', () => {
  const error = new XpError({ code: 'XP_EVIL', exit: 'data', message: 'file \u001b[2J\u202egpj.exe', hint: '\u0007' })
  expect(renderErrors([error], { color: false })).toBe('error[XP_EVIL]: file ␛[2J\ufffdgpj.exe\n  = help: ␇\n')
})
