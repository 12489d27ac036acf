/** Slugs that others hold, rights that go meanwhile, and templates beside each other. */
import { ChangeMemberRole } from '../../support/mutations.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { actions, furnishSource, install, newSource, planOf, resync } from '../../support/template.ts';
import { describe, expect, it } from '../../support/test.ts';
import { newClassifier, newEntityType, newRelationshipType, newWatcher } from '../../support/vocabulary.ts';

const KINDS = {
  ENTITY_TYPE: { table: 'entity_type', make: newEntityType },
  RELATIONSHIP_TYPE: { table: 'relationship_type', make: newRelationshipType },
  WATCHER: { table: 'watcher', make: newWatcher },
  CLASSIFIER: { table: 'classifier', make: newClassifier },
};

type Make = (team: Team, input: { slug: string; agentId?: string }) => Promise<{ id: string }>;

async function archive(psql: Psql, team: Team, table: string) {
  await psql(`UPDATE ${table} SET archived_at = now() WHERE organization_id = $1 AND slug = 'same'`, [
    uuidOf(team.id),
  ]);
}

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('a slug of a %s', (kind) => {
  const { table } = KINDS[kind];
  const make = KINDS[kind].make as Make;

  it.for([
    ['a live row of the organization', 'SLUG_TAKEN', 'USER', ['ADOPT', 'SKIP']],
    ['an archived row of the organization', 'SLUG_ARCHIVED', 'USER', ['ADOPT', 'SKIP']],
    ['a live row of another template', 'SLUG_TAKEN', 'TEMPLATE', ['SKIP']],
  ] as const)(
    'held by %s is a conflict: %s',
    async ([holder, reason, owner, resolutions], { team, createTeam, psql }) => {
      const source = await newSource(await createTeam());
      await make(source.team, { slug: 'same', agentId: source.agentId });
      succeeded(await source.publish());
      if (owner === 'USER') await make(team, { slug: 'same' });
      else {
        const other = await newSource(await createTeam());
        await make(other.team, { slug: 'same', agentId: other.agentId });
        succeeded(await other.publish());
        succeeded(await install(team.owner, { organizationId: team.id, templateSlug: other.slug }));
      }
      if (holder.startsWith('an archived')) await archive(psql, team, table);
      expect(
        refused(await install(team.owner, { organizationId: team.id, templateSlug: source.slug })),
      ).toMatchObject({
        code: 'TEMPLATE_CONFLICTS',
        conflicts: [{ kind, slug: 'same', reason, owner, resolutions }],
      });
    },
  );

  it('of an archived row of the installation is restored when its item returns', async ({
    team,
    createTeam,
    psql,
  }) => {
    const source = await newSource(await createTeam());
    await make(source.team, { slug: 'same', agentId: source.agentId });
    succeeded(await source.publish());
    const { installation } = succeeded(
      await install(team.owner, { organizationId: team.id, templateSlug: source.slug }),
    );
    const installationId = installation.id;
    await archive(psql, source.team, table);
    succeeded(await source.publish());
    const left = succeeded(await resync(team.owner, { installationId }));
    expect(actions(left.items)).toMatchObject({ [`${kind} same`]: 'ARCHIVE' });
    await psql(`UPDATE ${table} SET archived_at = NULL WHERE organization_id = $1`, [uuidOf(source.team.id)]);
    succeeded(await source.publish());
    const back = succeeded(await resync(team.owner, { installationId }));
    expect(actions(back.items)).toMatchObject({ [`${kind} same`]: 'RESTORE' });
  });
});

it('refuses an admin whose role was taken between plan and installation', async ({ team, createTeam }) => {
  const source = await newSource(await createTeam());
  await furnishSource(source);
  succeeded(await source.publish());
  const admin = await team.join('ADMIN');
  const input = { organizationId: team.id, templateSlug: source.slug };
  const { hash: expectedPlanHash } = await planOf(admin, input);
  const { changeMemberRole } = await team.owner.query(ChangeMemberRole, {
    input: { memberId: admin.memberId, role: 'MEMBER' },
  });
  succeeded(changeMemberRole);
  const before = await team.footprint();
  expect(refused(await install(admin, { ...input, expectedPlanHash }))).toMatchObject({ code: 'FORBIDDEN' });
  expect(await team.footprint()).toEqual(before);
});

it('installs two templates of one organization side by side', async ({ team, createTeam }) => {
  const sourceTeam = await createTeam();
  const [one, other] = [await newSource(sourceTeam), await newSource(sourceTeam)];
  await newEntityType(sourceTeam, { slug: 'ones', agentId: one.agentId });
  await newEntityType(sourceTeam, { slug: 'others', agentId: other.agentId });
  succeeded(await one.publish());
  succeeded(await other.publish());
  const [first, second] = await Promise.all(
    [one, other].map(({ slug }) => install(team.owner, { organizationId: team.id, templateSlug: slug })),
  );
  expect(first && actions(succeeded(first).items)).toEqual({
    'AGENT agent': 'CREATE',
    'ENTITY_TYPE ones': 'CREATE',
  });
  expect(second && actions(succeeded(second).items)).toEqual({
    'AGENT agent': 'CREATE',
    'ENTITY_TYPE others': 'CREATE',
  });
});

it('goes on to serve an installation after its template has turned private and its agent has ended', async ({
  team,
  createTeam,
}) => {
  const source = await newSource(await createTeam());
  await newEntityType(source.team, { slug: 'ones', agentId: source.agentId });
  succeeded(await source.publish());
  const input = { organizationId: team.id, templateSlug: source.slug };
  const { installation } = succeeded(await install(team.owner, input));
  await newEntityType(source.team, { slug: 'twos', agentId: source.agentId });
  succeeded(await source.publish({ visibility: 'PRIVATE' }));
  await source.team.offboard(source.agentId);
  const { items } = succeeded(await resync(team.owner, { installationId: installation.id }));
  expect(actions(items)).toMatchObject({ 'ENTITY_TYPE ones': 'UNCHANGED', 'ENTITY_TYPE twos': 'CREATE' });
  expect(succeeded(await install(team.owner, input))).toMatchObject({ created: false });
});
