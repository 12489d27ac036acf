import {
  ImportInProgressError,
  InvalidOrgSourceError,
  MissingEnvironmentError,
  PlanStaleError,
  TooManyRemovalsError,
} from '../../errors.ts';
import { InputIssue } from '../kit/error.ts';
import { userError } from '../kit/userError.ts';
import { OrgImportRequirement } from './orgImportPlan.ts';

userError(InvalidOrgSourceError, {
  description: 'the org file, or a file that it includes, cannot be imported. Nothing was written.',
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [InputIssue],
      description: 'Everything that is wrong, at once: at most 500 issues, by file and line.',
    }),
  }),
});

userError(MissingEnvironmentError, {
  description:
    'environment variables that the org file requires are not available, and a runtime is configured. Nothing was written.',
  fields: (t) => ({
    requirements: t.expose('requirements', {
      type: [OrgImportRequirement],
      description: 'What is required and missing.',
    }),
  }),
});

userError(PlanStaleError, {
  description: 'what would be done is no longer what was planned. Nothing was written.',
  fields: (t) => ({
    currentPlanHash: t.exposeString('currentPlanHash', { description: 'The hash of the present plan.' }),
  }),
});

userError(TooManyRemovalsError, {
  description: 'more workspaces would be removed than `maxRemovals` allows. Nothing was written.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many workspaces would be removed.' }),
    limit: t.exposeInt('limit', { description: 'The `maxRemovals` of the input.' }),
  }),
});

userError(ImportInProgressError, {
  description:
    'another import into the organization is running, and did not end within 10 seconds. Nothing was written.',
});
