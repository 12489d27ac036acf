/** What an installation shows of itself, and how it gives up items and ends. */
import { graphql } from '../../graphql/gql.ts';
import { AdoptItem, DetachItem, UninstallTemplate } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import type { CreateTeam, Team } from '../../support/team.ts';
import { actions, furnishSource, install, newSource, resync } from '../../support/template.ts';
import { expect, it } from '../../support/test.ts';
import { newEntityType, newRelationshipType } from '../../support/vocabulary.ts';

const InstallationsOf = graphql(`
  query InstallationsOf($slug: String!, $state: InstallationItemState) {
    organization(slug: $slug) {
      installations {
        nodes {
          id
          status
          updateAvailable
          template {
            slug
          }
          release {
            number
          }
          drift {
            kind
            slug
            state
          }
          items(state: $state) {
            nodes {
              kind
              slug
              state
            }
          }
        }
      }
    }
  }
`);

const InstallationChanges = graphql(`
  subscription InstallationChanges($organizationId: ID!, $after: String) {
    installationChanged(organizationId: $organizationId, after: $after) {
      type
      actor {
        kind
      }
      installation {
        id
        updateAvailable
      }
    }
  }
`);

async function installed(team: Team, createTeam: CreateTeam) {
  const source = await newSource(await createTeam());
  const rows = await furnishSource(source);
  succeeded(await source.publish());
  const input = { organizationId: team.id, templateSlug: source.slug };
  return { source, rows, input, ...succeeded(await install(team.owner, input)) };
}

async function installations({ owner, slug }: Team, state?: 'DETACHED') {
  return (await owner.query(InstallationsOf, { slug, state })).organization?.installations.nodes;
}

it('shows what has drifted, and whether there is a newer release', async ({ team, createTeam, psql }) => {
  const { source, installation } = await installed(team, createTeam);
  expect(await installations(team)).toMatchObject([
    { id: installation.id, updateAvailable: false, drift: [], template: { slug: source.slug } },
  ]);
  await psql("UPDATE entity_type SET name = 'Mine' WHERE organization_id = $1 AND slug = 'issue'", [
    uuidOf(team.id),
  ]);
  await psql(
    "UPDATE agent SET description = 'Ours' WHERE id = (SELECT agent_id FROM installation WHERE id = $1)",
    [uuidOf(installation.id)],
  );
  await newEntityType(source.team, { agentId: source.agentId });
  succeeded(await source.publish());
  expect(await installations(team)).toMatchObject([
    {
      updateAvailable: true,
      release: { number: 1 },
      drift: [
        { kind: 'AGENT', slug: 'agent', state: 'LOCALLY_CHANGED' },
        { kind: 'ENTITY_TYPE', slug: 'issue', state: 'LOCALLY_CHANGED' },
      ],
    },
  ]);
  succeeded(await resync(team.owner, { installationId: installation.id }));
  expect(await installations(team)).toMatchObject([{ updateAvailable: false, release: { number: 2 } }]);
});

it('is heard of when it is made, has a new release, follows it and ends', async ({ team, createTeam }) => {
  const { source, installation, cursor } = await installed(team, createTeam);
  const changes = await team.owner.subscribe(InstallationChanges, { organizationId: team.id, after: cursor });
  const next = async () => (await changes.event()).installationChanged;
  expect(await next()).toMatchObject({ type: 'INSTALLATION_CREATED', actor: { kind: 'USER' } });
  await newEntityType(source.team, { agentId: source.agentId });
  succeeded(await source.publish());
  expect(await next()).toEqual({
    type: 'TEMPLATE_RELEASE_PUBLISHED',
    actor: { kind: 'SYSTEM' },
    installation: { id: installation.id, updateAvailable: true },
  });
  succeeded(await resync(team.owner, { installationId: installation.id }));
  expect(await next()).toMatchObject({ type: 'INSTALLATION_UPDATED', actor: { kind: 'USER' } });
  const { uninstallTemplate } = await team.owner.query(UninstallTemplate, {
    input: { installationId: installation.id, mode: 'KEEP_AS_USER_OWNED' },
  });
  succeeded(uninstallTemplate);
  expect(await next()).toMatchObject({ type: 'INSTALLATION_UNINSTALLED' });
  await changes.stop();
});

it('leaves a detached row to the organization until it is adopted again', async ({
  team,
  createTeam,
  psql,
}) => {
  const { source, installation } = await installed(team, createTeam);
  const item = { installationId: installation.id, kind: 'ENTITY_TYPE' as const, slug: 'issue' };
  const { detachItem } = await team.owner.query(DetachItem, { input: item });
  succeeded(detachItem);
  expect(await installations(team, 'DETACHED')).toMatchObject([
    { items: { nodes: [{ kind: 'ENTITY_TYPE', slug: 'issue' }] } },
  ]);
  await psql("UPDATE entity_type SET name = 'Bug' WHERE organization_id = $1 AND slug = 'issue'", [
    uuidOf(source.team.id),
  ]);
  succeeded(await source.publish());
  const { items } = succeeded(await resync(team.owner, { installationId: installation.id }));
  expect(items.find(({ slug }) => slug === 'issue')).toMatchObject({ action: 'SKIP', reason: 'DETACHED' });

  const { adoptItem } = await team.owner.query(AdoptItem, { input: item });
  succeeded(adoptItem);
  expect(await installations(team, 'DETACHED')).toMatchObject([
    { drift: [{ slug: 'issue', state: 'LOCALLY_CHANGED' }], items: { nodes: [] } },
  ]);
  const { adoptItem: again } = await team.owner.query(AdoptItem, { input: item });
  expect(refused(again)).toMatchObject({ code: 'NOT_FOUND' });
});

it('archives its rows when it ends, but those that the organization refers to; the next one restores them', async ({
  team,
  createTeam,
}) => {
  const { input, installation, agent } = await installed(team, createTeam);
  await newRelationshipType(team, { rules: [{ sourceSlug: 'service', targetSlug: 'service' }] });
  const uninstall = { installationId: installation.id, mode: 'ARCHIVE_ITEMS' as const };
  const { uninstallTemplate } = await team.owner.query(UninstallTemplate, { input: uninstall });
  expect(succeeded(uninstallTemplate)).toMatchObject({
    installation: { status: 'UNINSTALLED' },
    archivedCount: 4,
    keptCount: 1,
  });
  const { uninstallTemplate: twice } = await team.owner.query(UninstallTemplate, { input: uninstall });
  expect(refused(twice)).toMatchObject({ code: 'NOT_INSTALLED' });
  expect(refused(await resync(team.owner, { installationId: installation.id }))).toMatchObject({
    code: 'NOT_INSTALLED',
  });
  const resolutions = [{ kind: 'ENTITY_TYPE' as const, slug: 'service', resolution: 'ADOPT' as const }];
  const next = succeeded(await install(team.owner, { ...input, resolutions }));
  expect(next.installation.id).not.toBe(installation.id);
  expect(next.agent.id).not.toBe(agent.id);
  expect(actions(next.items)).toEqual({
    'AGENT agent': 'CREATE',
    'ENTITY_TYPE issue': 'RESTORE',
    'ENTITY_TYPE service': 'ADOPT',
    'RELATIONSHIP_TYPE affects': 'RESTORE',
    'WATCHER incidents': 'RESTORE',
    'CLASSIFIER severity': 'RESTORE',
  });
});
