import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** A Python with transformers: HUGGINGFACE_PYTHON, else one of its own in `.venv/huggingface`. */
export function huggingFacePython(): string {
  if (process.env.HUGGINGFACE_PYTHON) return process.env.HUGGINGFACE_PYTHON
  const venv = join(root, '.venv/huggingface')
  const own = join(venv, 'bin/python')
  if (!existsSync(own)) execFileSync('python3', ['-m', 'venv', venv])
  const pip = [own, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] as const
  const [command, ...options] = pip
  // torch first and alone: transformers would otherwise be free to pick another build of it.
  execFileSync(command, [...options, 'torch==2.13.0'], { stdio: ['ignore', 'inherit', 'inherit'] })
  execFileSync(command, [...options, '-r', join(root, 'test/goldens/requirements.txt')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return own
}
