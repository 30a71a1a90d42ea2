import type { Parameter } from '../registry/engine.ts'

/** Encoder, then embeddings: those encoders of transformers that are models of their own initialise themselves. */
export function encoderFirst(backbone: readonly Parameter[]): readonly Parameter[] {
  const inEmbeddings = ({ name }: Parameter) => /^[^.]+\.embeddings\./.test(name)
  return [...backbone.filter((p) => !inEmbeddings(p)), ...backbone.filter(inEmbeddings)]
}
