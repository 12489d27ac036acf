import { SlugTakenError, TemplateInvalidError, TemplateIsInstallationError } from '../../errors/errors.ts';
import { Template } from '../../schema/template/template.ts';
import { TemplateRelease } from '../../schema/template/templateRelease.ts';
import { TemplateVisibility } from '../../schema/template/templateVisibility.ts';
import {
  publishTemplateRelease,
  publishTemplateReleaseInput,
} from '../../services/template/release/publishTemplateRelease.ts';
import { mutation } from '../kit/mutation.ts';

mutation('publishTemplateRelease', {
  description: `Publishes an agent with its vocabulary as the next release of its template. The first release creates the template. A release contains:

- the role, description and config of the agent
- the live vocabulary that belongs to the agent
- the live vocabulary that belongs to no agent, unless another template of the organization has released it

A release contains no rows that an installation manages and no slugs that start with \`$\`. When nothing has changed since the last release, the mutation creates none and returns the last one. The slug, name, description and visibility of the template are set in both cases. Organizations that have the template installed receive TEMPLATE_RELEASE_PUBLISHED for a new release.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. TEMPLATE_IS_INSTALLATION
6. TEMPLATE_INVALID: all faults of the agent and its vocabulary.
7. SLUG_TAKEN

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    agentId: t.idOf('Agent', { required: true, description: 'The agent to publish.' }),
    slug: t.string({
      required: true,
      description:
        'The name of the template for programs: 1 to 63 lower-case letters, digits and hyphens, without a hyphen at either end. Unique among the templates of the organization, and for a public template among all public templates, else SLUG_TAKEN.',
    }),
    name: t.string({
      required: true,
      description: 'The name of the template for people, 1 to 100 characters.',
    }),
    description: t.string({
      description:
        'A text that explains the template to people, at most 2,000 characters. Null or no value removes the text of an existing template.',
    }),
    visibility: t.field({
      type: TemplateVisibility,
      required: true,
      description: 'Whether all organizations can find the template, or only its own.',
    }),
  }),
  schema: publishTemplateReleaseInput,
  errors: [SlugTakenError, TemplateIsInstallationError, TemplateInvalidError],
  act: publishTemplateRelease,
  payload: (t) => ({
    template: t.exposeNode('templateId', { type: Template, description: 'The published template.' }),
    release: t.exposeNode('releaseId', {
      type: TemplateRelease,
      description: 'The new release, or the last release when nothing has changed since then.',
    }),
    created: t.exposeBoolean('created', { description: 'Whether the mutation created a release.' }),
  }),
});
