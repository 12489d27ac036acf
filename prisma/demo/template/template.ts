/** The templates of the demo's catalogue: each an agent with the vocabulary that its work needs. */
import type { Act } from '../../../src/services/act/act.ts';
import { hireAgent } from '../../../src/services/agent/hireAgent.ts';
import { createOrganization } from '../../../src/services/organization/organization.ts';
import { publishTemplateRelease } from '../../../src/services/template/release/publishTemplateRelease.ts';
import { createClassifier } from '../../../src/services/vocabulary/classifier.ts';
import { createEntityType } from '../../../src/services/vocabulary/entityType.ts';
import { createRelationshipType } from '../../../src/services/vocabulary/relationshipType.ts';
import { createWatcher } from '../../../src/services/vocabulary/watcher.ts';
import { INCIDENT_TRIAGER } from './incidentTriager.ts';
import { PULL_REQUEST_REVIEWER } from './pullRequestReviewer.ts';

type Input<Service extends (act: Act, input: never) => unknown> = Omit<
  Parameters<Service>[1],
  'organizationId' | 'agentId' | 'watcherId'
>;

export type DemoTemplate = {
  slug: string;
  name: string;
  description: string;
  agent: Input<typeof hireAgent>;
  entityTypes: Input<typeof createEntityType>[];
  relationshipTypes: Input<typeof createRelationshipType>[];
  watcher: Input<typeof createWatcher>;
  /** They label what the watcher finds. */
  classifiers: Input<typeof createClassifier>[];
};

/** Publishes the templates in an organization of their own, so that the demo can install them. */
export async function seedTemplates(act: () => Promise<Act>): Promise<void> {
  const organization = { slug: 'demo-templates', name: 'Demo templates' };
  const { organizationId } = await createOrganization(await act(), organization);
  for (const template of [PULL_REQUEST_REVIEWER, INCIDENT_TRIAGER]) {
    const { slug, name, description } = template;
    const { agentId } = await hireAgent(await act(), { organizationId, ...template.agent });
    const owned = { organizationId, agentId };
    for (const type of template.entityTypes) await createEntityType(await act(), { ...owned, ...type });
    for (const type of template.relationshipTypes) {
      await createRelationshipType(await act(), { ...owned, ...type });
    }
    const { id: watcherId } = await createWatcher(await act(), { ...owned, ...template.watcher });
    for (const classifier of template.classifiers) {
      await createClassifier(await act(), { ...owned, watcherId, ...classifier });
    }
    await publishTemplateRelease(await act(), { agentId, slug, name, description, visibility: 'PUBLIC' });
  }
}
