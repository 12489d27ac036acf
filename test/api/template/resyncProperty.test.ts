/** For random vocabularies, releases and local edits: a resync reaches the release where nothing was changed here. */
import fc from 'fast-check';
import { succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { install, newSource, planOf, resync } from '../../support/template.ts';
import { expect, it } from '../../support/test.ts';
import { newClassifier, newEntityType, newRelationshipType, newWatcher } from '../../support/vocabulary.ts';

const RUNS = 8;

const MAKE = {
  entity_type: newEntityType,
  relationship_type: newRelationshipType,
  watcher: newWatcher,
  classifier: newClassifier,
};

const KIND = {
  entity_type: 'ENTITY_TYPE',
  relationship_type: 'RELATIONSHIP_TYPE',
  watcher: 'WATCHER',
  classifier: 'CLASSIFIER',
} as const;

type Table = keyof typeof MAKE;

const text = fc.constantFrom('One', 'Two', 'Three');

/** A row, what the template changes in it before the next release, and what the organization changes in its own. */
const row = fc.record({
  table: fc.constantFrom<Table>('entity_type', 'relationship_type', 'watcher', 'classifier'),
  name: text,
  description: text,
  released: fc.constantFrom('nothing', 'name', 'description', 'gone'),
  local: fc.constantFrom('nothing', 'name', 'description', 'archived'),
  value: text,
});

type Row = { slug: string; name: string; description: string | null; archived: boolean };

async function rowsOf(psql: Psql, team: Team): Promise<Map<string, Row>> {
  const tables = Object.keys(MAKE).map(
    (table) =>
      `SELECT slug, name, description, archived_at IS NOT NULL AS archived FROM ${table} WHERE organization_id = $1`,
  );
  const rows = await psql<Row>(tables.join(' UNION ALL '), [uuidOf(team.id)]);
  return new Map(rows.map((each) => [each.slug, each]));
}

async function change(psql: Psql, team: Team, table: Table, slug: string, what: string, value: string) {
  if (what === 'nothing') return;
  const assignment = what === 'name' || what === 'description' ? `${what} = $3` : 'archived_at = now()';
  await psql(
    `UPDATE ${table} SET ${assignment} WHERE organization_id = $1 AND slug = $2 AND $3::text IS NOT NULL`,
    [...[uuidOf(team.id), slug, value]],
  );
}

it('a resync follows the release, keeps what was changed here, and changes nothing the second time', {
  timeout: 120_000,
}, async ({ createTeam, psql }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (items) => {
      const [team, source] = [await createTeam(), await newSource(await createTeam())];
      const rows = items.map((each, index) => ({ ...each, slug: `row-${index}` }));
      for (const { table, slug, name, description } of rows) {
        await MAKE[table](source.team, { slug, name, description, agentId: source.agentId });
      }
      succeeded(await source.publish());
      const { installation } = succeeded(
        await install(team.owner, { organizationId: team.id, templateSlug: source.slug }),
      );
      for (const { table, slug, released, local, value } of rows) {
        await change(psql, source.team, table, slug, released, `${value} of the release`);
        await change(psql, team, table, slug, local, `${value} of ours`);
      }
      succeeded(await source.publish());
      const before = await rowsOf(psql, team);
      const installationId = installation.id;
      const { conflicts } = await planOf(team.owner, { installationId });
      const resolutions = conflicts.map(({ kind, slug }) => ({ kind, slug, resolution: 'SKIP' as const }));
      succeeded(await resync(team.owner, { installationId, resolutions }));

      const [after, release] = [await rowsOf(psql, team), await rowsOf(psql, source.team)];
      for (const { table, slug, local } of rows) {
        const isConflict = conflicts.some((each) => each.kind === KIND[table] && each.slug === slug);
        if (local === 'nothing' && !isConflict) expect(after.get(slug)).toEqual(release.get(slug));
        if (local === 'archived') expect(after.get(slug)).toEqual(before.get(slug));
        if (local === 'name') expect(after.get(slug)?.name).toBe(before.get(slug)?.name);
        if (local === 'description') {
          expect(after.get(slug)?.description).toBe(before.get(slug)?.description);
        }
      }
      await team.changes();
      const footprint = await team.footprint();
      const again = succeeded(await resync(team.owner, { installationId }));
      expect(again.items.filter(({ action }) => action === 'UPDATE' || action === 'CREATE')).toEqual([]);
      expect(await team.footprint()).toEqual(footprint);
    }),
    { numRuns: RUNS },
  );
});
