import { XpError } from './xp-error.ts'

export const unsupportedTrackingUri = (uri: string) =>
  new XpError({
    code: 'XP_UNSUPPORTED_TRACKING_URI',
    exit: 'config',
    message: `cannot log to the MLflow tracking URI "${uri}": only servers at http:// or https:// are supported`,
    hint: 'start one with `mlflow server` and give its address, e.g. http://127.0.0.1:5000, or run with --tracking=off',
  })

export const unsupportedTrackingOption = (variable: string, hint: string) =>
  new XpError({
    code: 'XP_UNSUPPORTED_TRACKING_OPTION',
    exit: 'config',
    message: `the environment variable ${variable} asks for an MLflow connection that xp cannot make`,
    hint,
  })

export const trackingUnreachable = (server: string, why: string) =>
  new XpError({
    code: 'XP_TRACKING_UNREACHABLE',
    exit: 'tracking',
    message: `the MLflow server ${server} cannot be used: ${why}`,
    hint: 'check that it runs and the address is right; without --tracking=required the run goes on and keeps its events',
  })

export const trackerMissing = () =>
  new XpError({
    code: 'XP_TRACKER_MISSING',
    exit: 'tracking',
    message: '--tracking=required, but the experiment names no tracker',
    hint: 'give track.mlflow.uri in the experiment, or set MLFLOW_TRACKING_URI',
  })
