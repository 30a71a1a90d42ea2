import CacheDu from './cache/du.ts'
import CacheGc from './cache/gc.ts'
import CacheLs from './cache/ls.ts'
import CacheRm from './cache/rm.ts'
import CacheVerify from './cache/verify.ts'
import Compare from './compare.ts'
import Completion from './completion.ts'
import ConfigShow from './config/show.ts'
import Doctor from './doctor.ts'
import Graph from './graph.ts'
import Init from './init.ts'
import Plan from './plan.ts'
import PluginNew from './plugin/new.ts'
import Repro from './repro.ts'
import Run from './run.ts'
import RunsDiff from './runs/diff.ts'
import RunsList from './runs/list.ts'
import RunsRm from './runs/rm.ts'
import RunsShow from './runs/show.ts'
import RunsTag from './runs/tag.ts'
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
  compare: Compare,
  completion: Completion,
  'config:show': ConfigShow,
  doctor: Doctor,
  graph: Graph,
  init: Init,
  plan: Plan,
  'plugin:new': PluginNew,
  repro: Repro,
  run: Run,
  'runs:diff': RunsDiff,
  'runs:list': RunsList,
  'runs:rm': RunsRm,
  'runs:show': RunsShow,
  'runs:tag': RunsTag,
  schema: Schema,
  'stages:list': StagesList,
  'stages:show': StagesShow,
  validate: Validate,
  'verify-resume': VerifyResume,
  why: WhyCommand,
}
