import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { badModelConfig } from '../../errors/weights.ts'
import type { ClassifierOf } from '../layout.ts'
import { functionClassifier } from './function-classifier.ts'
import { layersClassifier } from './layers-classifier.ts'
import { factoryOf, guarded } from './model-source.ts'
import { ownImage } from './own-config.ts'
import { checkedModel } from './own-parts.ts'
import type { Serialized } from './topology.ts'

/** A model that `model/function` saved: its file's text is in the config, and is run again. */
export const functionClassifierOf: ClassifierOf = (config, labels, where, asked) => {
  const image = ownImage(config, where, asked)
  for (const field of ['file', 'source'])
    if (typeof config[field] !== 'string') throw badModelConfig(where, field, config[field], 'a string')
  const source = { text: config.source as string, file: join(where, config.file as string) }
  const made = guarded(source, () => factoryOf(source)({ labels, image, tf }))
  return functionClassifier(checkedModel(made, source.file), source, labels, image)
}

/** A model of tf.layers that `model/function` or `model/layers` saved. */
export const layersClassifierOf: ClassifierOf = (config, labels, where, asked) => {
  const image = ownImage(config, where, asked)
  const topology = config.topology as Serialized | undefined
  if (typeof topology?.config !== 'object')
    throw badModelConfig(where, 'topology', topology, 'a class name and a config')
  return layersClassifier(topology, labels, image, where)
}
