import { expect, it } from 'vitest'
import { shellWord } from '../../../src/commands/shell-word.ts'

it('it quotes what a shell would read otherwise, and nothing else', () => {
  expect(shellWord('stages.train.with.epochs=5')).toBe('stages.train.with.epochs=5')
  expect(shellWord('stages.train.with={ epochs: 5 }')).toBe("'stages.train.with={ epochs: 5 }'")
  expect(shellWord("name=it's")).toBe(`'name=it'\\''s'`)
  expect(shellWord('')).toBe("''")
})
