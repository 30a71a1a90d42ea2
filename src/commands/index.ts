import CacheDu from './cache/du.ts'
import CacheGc from './cache/gc.ts'
import CacheLs from './cache/ls.ts'
import CacheRm from './cache/rm.ts'
import CacheVerify from './cache/verify.ts'
import ConfigShow from './config/show.ts'
import Doctor from './doctor.ts'
import Graph from './graph.ts'
import Init from './init.ts'
import Plan from './plan.ts'
import Run from './run.ts'
import Schema from './schema.ts'
import StagesList from './stages/list.ts'
import StagesShow from './stages/show.ts'
import Validate from './validate.ts'
import VerifyResume from './verify-resume.ts'
import WhyCommand from './why.ts'

/** Every command by its oclif id. */
export const commands = {
  'cache:du': CacheDu,
  'cache:gc': CacheGc,
  'cache:ls': CacheLs,
  'cache:rm': CacheRm,
  'cache:verify': CacheVerify,
  'config:show': ConfigShow,
  doctor: Doctor,
  graph: Graph,
  init: Init,
  plan: Plan,
  run: Run,
  schema: Schema,
  'stages:list': StagesList,
  'stages:show': StagesShow,
  validate: Validate,
  'verify-resume': VerifyResume,
  why: WhyCommand,
}
