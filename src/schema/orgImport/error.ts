import {
  ImportInProgressError,
  InvalidOrgSourceError,
  MissingEnvironmentError,
  PlanStaleError,
  TooManyRemovalsError,
} from '../../errors/errors.ts';
import { InputIssue } from '../kit/error.ts';
import { userError } from '../kit/userError.ts';
import { OrgImportRequirement } from './orgImportPlan.ts';

userError(InvalidOrgSourceError, {
  description: 'the org file, or a file that it includes, cannot be imported. Nothing was written.',
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [InputIssue],
      description: 'All faults of the source, ordered by file and line; at most the first 500.',
    }),
  }),
});

userError(MissingEnvironmentError, {
  description:
    'an environment variable that the org file requires is not available, and the server has a runtime. Nothing was written.',
  fields: (t) => ({
    requirements: t.expose('requirements', {
      type: [OrgImportRequirement],
      description: 'The requirements that are not met.',
    }),
  }),
});

userError(PlanStaleError, {
  description:
    'the import would do something else than the plan with the hash `expectedPlanHash`. Nothing was written.',
  fields: (t) => ({
    currentPlanHash: t.exposeString('currentPlanHash', { description: 'The hash of the current plan.' }),
  }),
});

userError(TooManyRemovalsError, {
  description: 'the import would remove more workspaces than `maxRemovals`. Nothing was written.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'The number of workspaces that the import would remove.' }),
    limit: t.exposeInt('limit', { description: 'The `maxRemovals` of the input.' }),
  }),
});

userError(ImportInProgressError, {
  description:
    "another change of the organization's tree, usually an import, did not end within 10 seconds. Nothing was written.",
});
