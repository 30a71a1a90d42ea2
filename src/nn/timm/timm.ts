import type { PreprocessorConfig } from '../../artifacts/model.ts'
import { type HuggingFaceConfig, labelFields } from '../../artifacts/model-config.ts'
import { unknownTimm } from '../../errors/weights.ts'
import type { TensorPlace } from '../../std/safetensors.ts'
import { dtypeBytes } from '../../std/safetensors-header.ts'
import { elementCount } from '../../std/shape.ts'
import { beitTimm } from '../beit/timm.ts'
import { bitTimm } from '../bit/timm.ts'
import { convNextTimm } from '../convnext/timm.ts'
import { deitTimm } from '../deit/timm.ts'
import { dinov2Timm } from '../dinov2/timm.ts'
import { layoutOf } from '../families.ts'
import { resnetTimm } from '../resnet/timm.ts'
import { swinTimm } from '../swin/timm.ts'
import { vitTimm } from '../vit/timm.ts'
import { timmConfigOf } from './timm-config.ts'
import { type TimmFamily, type TimmRule, TimmShapes } from './timm-family.ts'

const families: readonly TimmFamily[] = [
  dinov2Timm,
  deitTimm,
  vitTimm,
  beitTimm,
  swinTimm,
  convNextTimm,
  bitTimm,
  resnetTimm,
]

/** A checkpoint of timm told as Hugging Face would. */
export interface TranslatedCheckpoint {
  readonly config: HuggingFaceConfig
  readonly preprocessor: PreprocessorConfig
  readonly tensors: ReadonlyMap<string, TensorPlace>
}

/** `count` equal shares of a tensor's rows, in order. */
function sharesOf(place: TensorPlace, count: number, fail: (why: string) => Error): readonly TensorPlace[] {
  const [rows = 0, ...rest] = place.shape
  if (rows % count !== 0) throw fail(`a tensor of ${rows} rows cannot be shared by ${count}`)
  const shape = [rows / count, ...rest]
  return Array.from({ length: count }, (_, i) => ({
    ...place,
    shape,
    position: place.position + i * elementCount(shape) * dtypeBytes[place.dtype],
  }))
}

/**
 * @param config the content of timm's `config.json`
 * @param where names it in errors
 * @throws XpError for an architecture that is not known here, or a variant that would compute something else
 */
export function fromTimm(
  config: Readonly<Record<string, unknown>>,
  tensors: ReadonlyMap<string, TensorPlace>,
  where: string,
): TranslatedCheckpoint {
  const timm = timmConfigOf(config, where)
  const { architecture, image, labels } = timm
  const family = families.find(({ architectures }) => architectures.test(architecture))
  if (family === undefined)
    throw unknownTimm(
      where,
      architecture,
      families.map(({ examples }) => examples),
    )
  const shapes = new TimmShapes(tensors, where, architecture)
  const fields = family.config(shapes, timm)
  const rules = family.rules(shapes)
  const { places, left } = renamed(tensors, rules, (why) => shapes.unsupported(why))
  if (left.length > 0) {
    const some = left.slice(0, 3).join(', ')
    throw shapes.unsupported(`it has parts that no such model has here: ${some}${left.length > 3 ? ', …' : ''}`)
  }
  const head = [...places].find(([name]) => /^(cls_)?classifier(\.1)?\.weight$/.test(name))?.[1].shape[0]
  const named = labels !== undefined && labels.length === head ? labelFields(labels) : { num_labels: head ?? 2 }
  const translated = { image_size: [image.height, image.width], ...named, ...fields } as unknown as HuggingFaceConfig
  const layout = layoutOf(translated, where)
  const expected = new Map([...layout.parameters(head ?? 1), ...layout.buffers].map(({ name, shape }) => [name, shape]))
  return {
    config: { architectures: [layout.architecture], ...translated },
    preprocessor: timm.preprocessor,
    tensors: new Map([...places].map(([name, place]) => [name, reshaped(place, expected.get(name))])),
  }
}

function renamed(
  tensors: ReadonlyMap<string, TensorPlace>,
  rules: readonly TimmRule[],
  fail: (why: string) => Error,
): { readonly places: ReadonlyMap<string, TensorPlace>; readonly left: readonly string[] } {
  const places = new Map<string, TensorPlace>()
  const left: string[] = []
  for (const [name, place] of tensors) {
    const rule = rules.find(([pattern]) => new RegExp(`^(?:${pattern.source})$`).test(name))
    if (rule === undefined) {
      left.push(name)
      continue
    }
    const [pattern, to] = rule
    const names = to === undefined ? [] : [to].flat()
    const shares = names.length > 1 ? sharesOf(place, names.length, fail) : [place]
    for (const [i, target] of names.entries())
      places.set(name.replace(new RegExp(`^(?:${pattern.source})$`), target), shares[i] as TensorPlace)
  }
  return { places, left }
}

/** timm keeps some linear layers as 1 × 1 convolutions: the same numbers in the same order. */
function reshaped(place: TensorPlace, shape: readonly number[] | undefined): TensorPlace {
  const bare = (axes: readonly number[]) => axes.filter((length) => length !== 1).join()
  return shape !== undefined && bare(shape) === bare(place.shape) ? { ...place, shape } : place
}
