/** Templates that a team publishes, and their installation in others. */
import { randomBytes } from 'node:crypto';
import type {
  InstallTemplateInput,
  PublishTemplateReleaseInput,
  ResyncInstallationInput,
  TemplateInstallPlanInput,
} from '../graphql/graphql.ts';
import type { Client } from './client.ts';
import * as mutations from './mutations.ts';
import { succeeded } from './outcome.ts';
import type { Team } from './team.ts';
import { newClassifier, newEntityType, newRelationshipType, newWatcher } from './vocabulary.ts';

/** A template agent with one row of each kind that refers to others. */
export type Source = {
  team: Team;
  agentId: string;
  slug: string;
  publish(input?: Partial<PublishTemplateReleaseInput>): ReturnType<typeof publish>;
};

export async function publish(client: Client, input: PublishTemplateReleaseInput) {
  return (await client.query(mutations.PublishTemplateRelease, { input })).publishTemplateRelease;
}

/** An agent without vocabulary, and how it is published. */
export async function newSource(team: Team): Promise<Source> {
  const { id: agentId } = await team.employ({ config: { model: 'fast' } });
  const slug = `template-${randomBytes(5).toString('hex')}`;
  return {
    ...{ team, agentId, slug },
    publish: (input = {}) =>
      publish(team.owner, { agentId, slug, name: 'Triager', visibility: 'PUBLIC', ...input }),
  };
}

/** Gives a source one row of each kind, with references between them. */
export async function furnishSource({ team, agentId }: Pick<Source, 'team' | 'agentId'>) {
  const issue = await newEntityType(team, { slug: 'issue', name: 'Issue', agentId });
  const service = await newEntityType(team, { slug: 'service', name: 'Service', agentId });
  const affects = await newRelationshipType(team, {
    slug: 'affects',
    name: 'affects',
    rules: [{ sourceSlug: 'issue', targetSlug: 'service' }],
    agentId,
  });
  const watcher = await newWatcher(team, { slug: 'incidents', schedule: '0 9 * * *', agentId });
  const classifier = await newClassifier(team, { slug: 'severity', watcherId: watcher.id, agentId });
  return { issue, service, affects, watcher, classifier };
}

export async function install(client: Client, input: InstallTemplateInput) {
  return (await client.query(mutations.InstallTemplate, { input })).installTemplate;
}

export async function resync(client: Client, input: ResyncInstallationInput) {
  return (await client.query(mutations.ResyncInstallation, { input })).resyncInstallation;
}

export async function planOf(client: Client, input: TemplateInstallPlanInput) {
  const { templateInstallPlan } = await client.query(mutations.TemplateInstallPlan, { input });
  return succeeded(templateInstallPlan).plan;
}

/** The action of each item, by kind and slug. */
export function actions(items: readonly { kind: string; slug: string; action: string }[]) {
  return Object.fromEntries(items.map(({ kind, slug, action }) => [`${kind} ${slug}`, action]));
}
