import { expect, it } from 'vitest'
import { graphEdges, mermaidGraph, textGraph } from '../../../src/registry/draw-graph.ts'
import { experimentOf, loadWords, reportPage, trainCount } from '../runner/fakes.ts'

const experiment = experimentOf([
  { id: 'load', stage: loadWords },
  { id: 'a', stage: trainCount, inputs: { words: [{ stage: 'load', port: 'words' }] } },
  { id: 'b', stage: trainCount, inputs: { words: [{ stage: 'load', port: 'words' }] } },
  {
    id: 'report',
    stage: reportPage,
    inputs: {
      counts: [
        { stage: 'b', port: 'count' },
        { stage: 'a', port: 'count' },
      ],
    },
  },
])

it('lists every wire with the type that flows, many of one port in their order', () => {
  expect(graphEdges(experiment)).toEqual([
    { from: { stage: 'load', port: 'words' }, to: { stage: 'a', port: 'words' }, type: 'words@1', inferred: false },
    { from: { stage: 'load', port: 'words' }, to: { stage: 'b', port: 'words' }, type: 'words@1', inferred: false },
    { from: { stage: 'b', port: 'count' }, to: { stage: 'report', port: 'counts' }, type: 'count@1', inferred: false },
    { from: { stage: 'a', port: 'count' }, to: { stage: 'report', port: 'counts' }, type: 'count@1', inferred: false },
  ])
})

it('draws a line per stage', () => {
  expect(textGraph(experiment)).toBe(
    [
      'load    load/words',
      'a       train/count  words ← load',
      'b       train/count  words ← load',
      'report  report/page  counts ← b, a',
      '',
    ].join('\n'),
  )
})

it('draws a Mermaid flowchart', () => {
  expect(mermaidGraph(experiment)).toBe(
    [
      'flowchart TD',
      '  load["load<br/>load/words"]',
      '  a["a<br/>train/count"]',
      '  b["b<br/>train/count"]',
      '  report["report<br/>report/page"]',
      '  load -->|words| a',
      '  load -->|words| b',
      '  b -->|count| report',
      '  a -->|count| report',
      '',
    ].join('\n'),
  )
})

it('tells what the file does not say', () => {
  const short = experimentOf([
    { id: 'load', stage: loadWords },
    { id: 'a', stage: trainCount, inputs: { words: [{ stage: 'load', port: 'words', inferred: true }] } },
  ])
  expect(textGraph(short)).toContain('a     train/count  words ← load (inferred)\n')
  expect(mermaidGraph(short)).toContain('  load -.->|words| a\n')
  expect(graphEdges(short)[0]?.inferred).toBe(true)
})
