import {
  CannotInstallIntoSourceOrgError,
  NotInstalledError,
  TemplateConflictsError,
  TemplateInvalidError,
  TemplateIsInstallationError,
} from '../../errors.ts';
import { InputIssue } from '../kit/error.ts';
import { userError } from '../kit/userError.ts';
import { TemplateConflict } from './conflict.ts';

userError(TemplateIsInstallationError, {
  description: 'the agent was itself installed from a template.',
});

userError(TemplateInvalidError, {
  description: 'the agent or its vocabulary cannot be released as it is. Nothing was published.',
  fields: (t) => ({
    issues: t.field({
      type: [InputIssue],
      description:
        'Every fault. The path begins with the kind and the slug of the item: `WATCHER.triage.extractionSchema`.',
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

userError(CannotInstallIntoSourceOrgError, {
  description: 'the organization publishes the template itself.',
});

userError(NotInstalledError, {
  description: 'the installation was uninstalled. Install the template anew.',
});

userError(TemplateConflictsError, {
  description: 'items are in conflict with what the organization has. Nothing was written.',
  fields: (t) => ({
    conflicts: t.field({
      type: [TemplateConflict],
      description: 'All that no resolution settles, at once.',
      resolve: ({ conflicts }) => [...conflicts],
    }),
  }),
});
