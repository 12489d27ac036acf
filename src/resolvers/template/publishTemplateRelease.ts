import { SlugTakenError, TemplateInvalidError, TemplateIsInstallationError } from '../../errors.ts';
import { Template } from '../../schema/template/template.ts';
import { TemplateRelease } from '../../schema/template/templateRelease.ts';
import { TemplateVisibility } from '../../schema/template/templateVisibility.ts';
import {
  publishTemplateRelease,
  publishTemplateReleaseInput,
} from '../../services/template/release/publishTemplateRelease.ts';
import { mutation } from '../kit/mutation.ts';

mutation('publishTemplateRelease', {
  description: `Publishes an agent with its vocabulary as the next release of its template; the first release makes the template. A release holds the agent's role, description and config, the live rows of the vocabulary that are the agent's, and those of no agent that no other template of the organization has released. Rows that an installation manages and slugs that begin with \`$\` are left out. A release is never changed.

When nothing has changed since the last release, that one is returned and none is made; slug, name, description and visibility are set in any case. Organizations that have the template installed hear of a new release by TEMPLATE_RELEASE_PUBLISHED. For OWNER and ADMIN.`,
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The template agent.' }),
    slug: t.string({
      required: true,
      description:
        'Its name for programs: 1 to 63 lower-case letters, digits and hyphens, no hyphen at either end. Unique among public templates, and among those of the organization; else SLUG_TAKEN.',
    }),
    name: t.string({ required: true, description: 'Its name for people, 1 to 100 characters.' }),
    description: t.string({ description: 'What it is for, at most 2,000 characters.' }),
    visibility: t.field({ type: TemplateVisibility, required: true, description: 'Who finds it.' }),
  }),
  schema: publishTemplateReleaseInput,
  errors: [SlugTakenError, TemplateIsInstallationError, TemplateInvalidError],
  act: publishTemplateRelease,
  payload: (t) => ({
    template: t.exposeNode('templateId', { type: Template, description: 'The template.' }),
    release: t.exposeNode('releaseId', {
      type: TemplateRelease,
      description: 'The new release, or the last one when nothing has changed since.',
    }),
    created: t.exposeBoolean('created', { description: 'Whether a release was made.' }),
  }),
});
