import type { AnyStage } from '../registry/stage.ts'
import evaluateClassification from './evaluate/classification.ts'
import featuresBackbone from './features/backbone.ts'
import loadHub from './load/hub.ts'
import loadImagefolder from './load/imagefolder.ts'
import loadParquet from './load/parquet.ts'
import loadSample from './load/sample.ts'
import loadTable from './load/table.ts'
import modelFunction from './model/function.ts'
import modelLayers from './model/layers.ts'
import modelPretrained from './model/pretrained.ts'
import modelVit from './model/vit.ts'
import reportHtml from './report/html.ts'
import splitHuggingface from './split/huggingface.ts'
import splitKfold from './split/kfold.ts'
import splitManifest from './split/manifest.ts'
import splitRandom from './split/random.ts'
import splitStratified from './split/stratified.ts'
import trainHead from './train/head.ts'
import trainSupervised from './train/supervised.ts'
import transformImageProcessor from './transform/image-processor.ts'

/** Every built-in stage. */
export const stages: readonly AnyStage[] = [
  loadImagefolder,
  loadHub,
  loadParquet,
  loadSample,
  loadTable,
  splitHuggingface,
  splitKfold,
  splitManifest,
  splitRandom,
  splitStratified,
  modelFunction,
  modelLayers,
  modelPretrained,
  modelVit,
  transformImageProcessor,
  featuresBackbone,
  trainHead,
  trainSupervised,
  evaluateClassification,
  reportHtml,
]
