import {
  CannotInstallIntoSourceOrgError,
  NotInstalledError,
  TemplateConflictsError,
  TemplateInvalidError,
  TemplateIsInstallationError,
} from '../../errors/errors.ts';
import { InputIssue } from '../kit/error.ts';
import { userError } from '../kit/userError.ts';
import { TemplateConflict } from './conflict.ts';

userError(TemplateIsInstallationError, {
  description: 'the agent was installed from a template, so that it cannot be published as one.',
});

userError(TemplateInvalidError, {
  description: 'the agent or its vocabulary cannot be published. Nothing was written.',
  fields: (t) => ({
    issues: t.field({
      type: [InputIssue],
      description:
        'All faults, not only the first. The path of a fault starts with the kind and the slug of the item: `WATCHER.triage.extractionSchema`.',
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

userError(CannotInstallIntoSourceOrgError, {
  description: 'the organization publishes the template itself, so that it cannot install it.',
});

userError(NotInstalledError, {
  description: 'the installation is uninstalled. A new installation of the template is possible.',
});

userError(TemplateConflictsError, {
  description: 'items of the release conflict with rows of the organization. Nothing was written.',
  fields: (t) => ({
    conflicts: t.field({
      type: [TemplateConflict],
      description: 'All conflicts that no resolution of the input resolves, not only the first.',
      resolve: ({ conflicts }) => [...conflicts],
    }),
  }),
});
