import {
  CannotInstallIntoSourceOrgError,
  NotInstalledError,
  PlanStaleError,
  QuotaExceededError,
  TemplateConflictsError,
} from '../../errors/errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import type { Types } from '../../schema/kit/builder.ts';
import { weighs } from '../../schema/kit/weight.ts';
import { Installation } from '../../schema/template/installation.ts';
import { TemplatePlanItem } from '../../schema/template/planItem.ts';
import {
  type InstalledTemplate,
  installInput,
  installTemplate,
  resyncInput,
  resyncInstallation,
} from '../../services/template/install/installTemplate.ts';
import { mutation } from '../kit/mutation.ts';
import { installFields, planFields } from './inputFields.ts';

const payload = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, InstalledTemplate>) => ({
  installation: t.exposeNode('installationId', { type: Installation, description: 'The installation.' }),
  agent: t.exposeNode('agentId', { type: Agent, description: 'The installed agent.' }),
  created: t.exposeBoolean('created', {
    description:
      'Whether the mutation created the installation. False when the template was already installed.',
  }),
  items: t.expose('items', {
    type: [TemplatePlanItem],
    ...weighs({ items: 100 }),
    description:
      'The actions that were carried out, one per item, ordered by kind and slug. All are UNCHANGED when nothing had to change.',
  }),
});

mutation('installTemplate', {
  description: `Installs a template: hires its agent and creates its vocabulary. When the template is already installed, the mutation brings the installation to the release instead, so that a repeated call changes nothing more. \`templateInstallPlan\` returns the plan beforehand.

The mutation never overwrites rows that the organization created. A row that has the slug of an item is a conflict, which \`resolutions\` can resolve. The feed delivers INSTALLATION_CREATED, AGENT_CREATED and the changes of the vocabulary; when nothing changed, it delivers nothing.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the template or the organization.
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. CANNOT_INSTALL_INTO_SOURCE_ORG
6. NOT_FOUND: the release.
7. PLAN_STALE
8. TEMPLATE_CONFLICTS: all conflicts that no resolution resolves.
9. QUOTA_EXCEEDED: the organization would have too many agents.

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    templateSlug: t.string({
      required: true,
      description:
        "The slug of the template. A template of one of the viewer's organizations is preferred to a public template of another organization. NOT_FOUND when there is neither.",
    }),
    ...installFields(t),
    ...planFields(t),
  }),
  schema: installInput,
  errors: [CannotInstallIntoSourceOrgError, TemplateConflictsError, PlanStaleError, QuotaExceededError],
  act: installTemplate,
  payload,
});

mutation('resyncInstallation', {
  description: `Brings an installation to the newest release of its template. The mutation compares three states of each item: the release that its row was last compared with, the new release, and the row.

- A field that only the release changed is updated.
- A field that only the organization changed is kept.
- A field that both changed is a conflict, which \`resolutions\` can resolve.
- The row of an item that has left the template is archived. It stays live as orphaned when something refers to it.

Nothing is deleted. A changed watcher or classifier gets a new version. Local fields do not change: the name of the agent, \`displayName\`, \`connection\` and \`scheduleEnabled\`. The feed delivers INSTALLATION_UPDATED and the changes of the vocabulary; when nothing changed, it delivers nothing.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. NOT_INSTALLED
6. PLAN_STALE
7. TEMPLATE_CONFLICTS: all conflicts that no resolution resolves.

Allowed for OWNER and ADMIN.`,
  input: (t) => ({
    installationId: t.idOf('Installation', { required: true, description: 'The installation to resync.' }),
    ...planFields(t),
  }),
  schema: resyncInput,
  errors: [NotInstalledError, TemplateConflictsError, PlanStaleError],
  act: resyncInstallation,
  payload,
});
