import { TemplateInvalidError, TemplateIsInstallationError } from '../../errors.ts';
import { InputIssue } from '../kit/error.ts';
import { userError } from '../kit/userError.ts';

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
