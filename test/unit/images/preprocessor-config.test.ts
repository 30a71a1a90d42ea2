import { describe, expect, it } from 'vitest'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import { outputSize } from '../../../src/images/processor.ts'

const parse = (json: unknown) => parsePreprocessorConfig(json, 'preprocessor_config.json')

describe('what it accepts', () => {
  it('it reads the legacy number as size and fills in what old files leave out', () => {
    const old = { feature_extractor_type: 'ViTFeatureExtractor', do_normalize: true, size: 224, resample: 2 }
    expect(parse(old)).toMatchObject({
      doResize: true,
      doRescale: true,
      rescaleFactor: 1 / 255,
      size: { height: 224, width: 224 },
      mean: [0.5, 0.5, 0.5],
    })
  })

  it('it takes the Fast and Pil names for the same processor', () => {
    const [slow, fast, pil] = ['ViTImageProcessor', 'ViTImageProcessorFast', 'ViTImageProcessorPil'].map((t) =>
      parse({ image_processor_type: t }),
    )
    expect(fast).toEqual(slow)
    expect(pil).toEqual(slow)
  })

  it('it turns crop_pct of ConvNeXT into a resize and a crop', () => {
    const processor = parse({ image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 224 } })
    expect(processor).toMatchObject({ size: { shortestEdge: 256 }, doCenterCrop: true })
    expect(outputSize(processor)).toEqual({ height: 224, width: 224 })
  })

  it('it asks the backend, not the name, whose pixels to make', () => {
    expect(parse({ image_processor_type: 'ViTImageProcessorFast' }).backend).toBe('pil')
    expect(parsePreprocessorConfig({}, '', 'torchvision').backend).toBe('torchvision')
  })

  it.each([
    [0, 'nearest'],
    [4, 'box'],
    [5, 'hamming'],
  ])('it refuses what torchvision cannot resize with: %i, %s', (resample, name) => {
    const fast = (json: object) => () => parsePreprocessorConfig({ resample, ...json }, 'p.json', 'torchvision')
    expect(fast({})).toThrow(`p.json resizes with ${name}, which "backend: torchvision" does not do`)
    expect(fast({ do_resize: false, do_center_crop: true })).not.toThrow()
    expect(parse({ resample }).resample).toBe(resample)
  })

  it('it reads a number as the shortest edge where the processor keeps the aspect ratio', () => {
    expect(parse({ image_processor_type: 'BitImageProcessor', size: 256 }).size).toEqual({ shortestEdge: 256 })
  })
})

describe('what it refuses, by name', () => {
  it.each([
    ['an unknown processor', { image_processor_type: 'SamImageProcessor' }, /"SamImageProcessor" is not supported/],
    ['sizes that vary', { image_processor_type: 'ViTImageProcessor', size: { shortest_edge: 9 } }, /different sizes/],
    ['a longest edge', { size: { shortest_edge: 9, longest_edge: 20 } }, /longest_edge/],
    ['a size of nothing', { size: 0 }, /size must be a whole number of pixels/],
    ['a text as size', { size: 'big' }, /size/],
    ['an unknown filter', { resample: 9 }, /resample must be 0 nearest/],
    ['two means', { image_mean: [0.5, 0.5] }, /image_mean must be three numbers/],
    ['a zero deviation', { image_std: [0.5, 0, 0.5] }, /image_std must not be 0/],
    ['padding', { do_pad: true }, /do_pad/],
    ['a list', [], /not a JSON object/],
    ['a yes that is a word', { do_resize: 'yes' }, /do_resize must be true or false/],
  ])('it refuses %s', (_, json, message) => {
    expect(() => parse(json)).toThrow(message)
  })

  it('it says what is supported', () => {
    try {
      parse({ image_processor_type: 'VitImageProcesor' })
      expect.unreachable()
    } catch (error) {
      expect((error as { hint: string }).hint).toMatch(
        /did you mean "ViTImageProcessor"\? supported: ViTImageProcessor, /,
      )
    }
  })
})
