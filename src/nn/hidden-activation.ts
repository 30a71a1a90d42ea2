/** Values of `hidden_act` that can be computed; transformers' names. */
export const hiddenActivations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'] as const
export type HiddenActivation = (typeof hiddenActivations)[number]
