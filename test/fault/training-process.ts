import { fit as train } from '../../src/training/loop/fit.ts'
import { digestOf, toyFit, toyTrainer } from '../unit/training/toy.ts'

/** Trains the toy in `dir`; `killAt` names a step after which, or a file before which, the process is killed. */
const [dir = '', killAt = ''] = process.argv.slice(2)

const trainer = toyTrainer()
const kill = () => process.kill(process.pid, 'SIGKILL')
const options = toyFit(dir, {
  trainer: {
    ...trainer,
    optimizerState() {
      if (killAt === 'moments') kill()
      return trainer.optimizerState()
    },
  },
  onStep: ({ step }) => {
    if (killAt === String(step)) kill()
  },
})
const { weights, history } = await train(options)
process.stdout.write(JSON.stringify({ digest: digestOf(weights), history }))
