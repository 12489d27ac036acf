import {
  CannotInstallIntoSourceOrgError,
  NotInstalledError,
  PlanStaleError,
  TemplateConflictsError,
} from '../../errors.ts';
import { Agent } from '../../schema/agent/agent.ts';
import type { Types } from '../../schema/kit/builder.ts';
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
    description: 'Whether the template was not installed before.',
  }),
  items: t.expose('items', {
    type: [TemplatePlanItem],
    description: 'What was done, item by item, by kind and slug. All are UNCHANGED when nothing had changed.',
  }),
});

mutation('installTemplate', {
  description: `Installs a template: hires its agent and creates its vocabulary, all of it or nothing. An installation that is there already is brought to the release instead, so that twice is once. \`templateInstallPlan\` says beforehand what will happen.

Rows of the organization are never overwritten: one that is in the way is a conflict. All conflicts are answered at once, and nothing is written; \`resolutions\` settle them. Delivers INSTALLATION_CREATED, AGENT_CREATED and the changes of the vocabulary; nothing when nothing changed. For OWNER and ADMIN.`,
  input: (t) => ({
    templateSlug: t.string({
      required: true,
      description:
        'The slug of a template: of one of the viewer’s organizations, else of the public one. NOT_FOUND when there is neither.',
    }),
    ...installFields(t),
    ...planFields(t),
  }),
  schema: installInput,
  errors: [CannotInstallIntoSourceOrgError, TemplateConflictsError, PlanStaleError],
  act: installTemplate,
  payload,
});

mutation('resyncInstallation', {
  description: `Brings an installation to the newest release of its template. Each item is compared three ways: the release that it was last compared with, the new release, and the row here. What only the release changed is updated; what only changed here is kept; what both changed is a conflict. An item that has left the template is archived when nothing refers to its row, else it is marked as orphaned; nothing is deleted. A changed watcher or classifier gets a new version.

Local fields (display name, connection, whether a schedule is in force, the name of the agent) stay. Delivers INSTALLATION_UPDATED and the changes of the vocabulary; nothing when nothing changed. For OWNER and ADMIN.`,
  input: (t) => ({
    installationId: t.idOf('Installation', { required: true, description: 'The installation.' }),
    ...planFields(t),
  }),
  schema: resyncInput,
  errors: [NotInstalledError, TemplateConflictsError, PlanStaleError],
  act: resyncInstallation,
  payload,
});
