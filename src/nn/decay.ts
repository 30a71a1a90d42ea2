/** Names that transformers' `Trainer.get_decay_parameter_names` (5.24) keeps from weight decay. */
const spared = [/bias/, /layernorm/, /rmsnorm/, /(?:^|\.)norm(?:$|\.)/, /_norm(?:$|\.)/]

/** Whether Hugging Face's Trainer decays a parameter, told from its name; `nn.LayerNorm`s are spared whatever their name. */
export const decaysByName = (name: string): boolean => !spared.some((pattern) => pattern.test(name.toLowerCase()))
