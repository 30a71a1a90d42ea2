import { XpError } from './xp-error.ts'

export const oneValuePerChannel = (name: string) =>
  new XpError({
    code: 'XP_ONE_VALUE_PER_CHANNEL',
    exit: 'config',
    message: `the batch normalisation ${name} sees one value per channel, which has no variance to normalise with`,
    hint: 'train with larger images, or with a batch size that leaves no batch of one image',
    details: { name },
  })
