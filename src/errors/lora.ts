import { didYouMean } from './nearest.ts'
import { XpError } from './xp-error.ts'

/** `layers` are the last parts of the names of the model's linear layers. */
export const loraTargetUnmatched = (target: string, layers: readonly string[]) =>
  new XpError({
    code: 'XP_LORA_TARGET_UNMATCHED',
    exit: 'config',
    message: `LoRA: no linear layer of the model is named "${target}"`,
    hint: didYouMean(target, layers),
    details: { target, layers },
  })
