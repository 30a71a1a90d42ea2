/** A ConvNeXt tensor's name in `ConvNextForImageClassification`, from its own or from a bare `ConvNextModel`. */
export const convNextParameterName = (spelled: string): string =>
  spelled.startsWith('classifier.') || spelled.startsWith('convnext.') ? spelled : `convnext.${spelled}`
