/** How an installation follows later releases, and what it leaves alone. */
import { refused, succeeded } from '../../support/outcome.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { CreateTeam, Team } from '../../support/team.ts';
import { actions, furnishSource, install, newSource, resync, type Source } from '../../support/template.ts';
import { describe, expect, it } from '../../support/test.ts';
import { newEntityType } from '../../support/vocabulary.ts';
import {
  ArchiveEntityType,
  RecordWatcherWindow,
  UpdateEntityType,
  UpdateWatcher,
} from '../../support/vocabularyMutations.ts';

async function installed(team: Team, createTeam: CreateTeam) {
  const source = await newSource(await createTeam());
  const rows = await furnishSource(source);
  succeeded(await source.publish());
  const { installation, agent } = succeeded(
    await install(team.owner, { organizationId: team.id, templateSlug: source.slug }),
  );
  return { source, rows, installationId: installation.id, agent };
}

async function rowOf(psql: Psql, team: Team, table: string, slug: string) {
  const [row] = await psql<Record<string, unknown> & { id: string }>(
    `SELECT * FROM ${table} WHERE organization_id = $1 AND slug = $2`,
    [uuidOf(team.id), slug],
  );
  if (!row) throw new Error(`There is no ${table} ${slug}.`);
  return row;
}

async function updateSource(source: Source, entityTypeId: string, changes: { name?: string; slug?: string }) {
  const { updateEntityType } = await source.team.owner.query(UpdateEntityType, {
    input: { id: entityTypeId, ...changes },
  });
  succeeded(updateEntityType);
}

const SOURCE_CHANGES = {
  unchanged: async () => {},
  changed: async (source: Source, id: string) => await updateSource(source, id, { name: 'Bug' }),
  removed: async (source: Source, entityTypeId: string) => {
    const { archiveEntityType } = await source.team.owner.query(ArchiveEntityType, {
      input: { id: entityTypeId },
    });
    succeeded(archiveEntityType);
  },
};

const LOCAL_CHANGES = {
  unchanged: 'UPDATE entity_type SET display_name = $2 WHERE id = $1 AND $2::text IS NOT NULL',
  changed: 'UPDATE entity_type SET name = $2 WHERE id = $1',
  removed: 'UPDATE entity_type SET archived_at = now() WHERE id = $1 AND $2::text IS NOT NULL',
};

type Side = keyof typeof LOCAL_CHANGES;

const THREE_WAY: [release: Side, local: Side, outcome: string, name: string, isArchived: boolean][] = [
  ['unchanged', 'unchanged', 'UNCHANGED SAME', 'Note', false],
  ['unchanged', 'changed', 'KEEP_LOCAL LOCAL_CHANGED', 'Mine', false],
  ['unchanged', 'removed', 'KEEP_LOCAL LOCAL_ARCHIVED', 'Note', true],
  ['changed', 'unchanged', 'UPDATE RELEASE_CHANGED', 'Bug', false],
  ['changed', 'changed', 'CONFLICT BOTH_CHANGED', 'Mine', false],
  ['changed', 'removed', 'CONFLICT CHANGED_AND_ARCHIVED', 'Note', true],
  ['removed', 'unchanged', 'ARCHIVE LEFT_RELEASE', 'Note', true],
  ['removed', 'changed', 'CONFLICT REMOVED_AND_CHANGED', 'Mine', false],
  ['removed', 'removed', 'UNCHANGED ARCHIVED_ALREADY', 'Note', true],
];

describe('an item', () => {
  it.for(THREE_WAY)(
    '%s in the release and %s here: %s',
    async ([release, local, outcome, name, isArchived], { team, createTeam, psql }) => {
      const source = await newSource(await createTeam());
      const note = await newEntityType(source.team, {
        ...{ slug: 'note', name: 'Note', agentId: source.agentId },
      });
      succeeded(await source.publish());
      const { installation } = succeeded(
        await install(team.owner, { organizationId: team.id, templateSlug: source.slug }),
      );
      const { id } = await rowOf(psql, team, 'entity_type', 'note');
      await SOURCE_CHANGES[release](source, note.id);
      succeeded(await source.publish());
      await psql(LOCAL_CHANGES[local], [id, 'Mine']);

      const result = await resync(team.owner, { installationId: installation.id });
      const [action, reason] = outcome.split(' ');
      if (action === 'CONFLICT') {
        expect(refused(result)).toMatchObject({
          code: 'TEMPLATE_CONFLICTS',
          conflicts: [{ kind: 'ENTITY_TYPE', slug: 'note', reason, owner: 'TEMPLATE' }],
        });
      } else {
        expect(succeeded(result).items.find(({ slug }) => slug === 'note')).toMatchObject({ action, reason });
      }
      const row = await rowOf(psql, team, 'entity_type', 'note');
      expect({ name: row.name, isArchived: row.archived_at !== null }).toEqual({ name, isArchived });

      if (action === 'CONFLICT') return;
      await team.changes();
      const before = await team.footprint();
      succeeded(await resync(team.owner, { installationId: installation.id }));
      expect(await team.footprint()).toEqual(before);
    },
  );
});

it('gives a changed watcher a new version: windows of the past still show the one they ran with', async ({
  team,
  createTeam,
  psql,
}) => {
  const { source, rows, installationId } = await installed(team, createTeam);
  const { id } = await rowOf(psql, team, 'watcher', 'incidents');
  const watcherId = Buffer.from(`Watcher:${id}`).toString('base64');
  const { recordWatcherWindow } = await team.owner.query(RecordWatcherWindow, {
    input: {
      ...{ watcherId, startsAt: '2026-11-01T00:00:00.000Z', endsAt: '2026-11-02T00:00:00.000Z' },
      extractedData: { broken: 1 },
    },
  });
  succeeded(recordWatcherWindow);
  await psql(
    "UPDATE watcher SET connection = 'pager', schedule_enabled = false, display_name = 'Ours' WHERE id = $1",
    [id],
  );
  const { updateWatcher } = await source.team.owner.query(UpdateWatcher, {
    input: { id: rows.watcher.id, prompt: 'What broke, and since when?' },
  });
  succeeded(updateWatcher);
  succeeded(await source.publish());
  const { items } = succeeded(await resync(team.owner, { installationId }));
  expect(items.find(({ kind }) => kind === 'WATCHER')).toMatchObject({
    action: 'UPDATE',
    diff: [{ field: 'prompt', before: 'What broke?', after: 'What broke, and since when?' }],
  });
  expect(
    await psql(
      `SELECT now.version, now.prompt, past.version AS ran, past.prompt AS asked, w.connection, w.schedule_enabled, w.display_name
         FROM watcher w JOIN watcher_version now ON now.id = w.current_version_id
         JOIN watcher_window x ON x.watcher_id = w.id JOIN watcher_version past ON past.id = x.version_id
        WHERE w.id = $1`,
      [id],
    ),
  ).toEqual([
    {
      ...{ version: 2, prompt: 'What broke, and since when?', ran: 1, asked: 'What broke?' },
      ...{ connection: 'pager', schedule_enabled: false, display_name: 'Ours' },
    },
  ]);
});

it('marks an item that left the template as orphaned while a row of the organization refers to it', async ({
  team,
  createTeam,
  psql,
}) => {
  const { source, rows, installationId } = await installed(team, createTeam);
  const { id } = await rowOf(psql, team, 'watcher', 'incidents');
  await psql(
    `WITH ids AS (SELECT uuid_v7() AS id, uuid_v7() AS version_id),
     made AS (
       INSERT INTO classifier (id, organization_id, slug, name, watcher_id, current_version_id)
       SELECT id, $1, 'team', 'Team', $2, version_id FROM ids RETURNING id, current_version_id
     )
     INSERT INTO classifier_version (id, organization_id, classifier_id, attribute_key, attribute_values)
     SELECT current_version_id, $1, id, 'team', '["web"]' FROM made`,
    [uuidOf(team.id), id],
  );
  await psql('UPDATE entity_type SET archived_at = now() WHERE id = $1', [uuidOf(rows.service.id)]);
  for (const table of ['classifier', 'watcher', 'relationship_type']) {
    await psql(`UPDATE ${table} SET archived_at = now() WHERE organization_id = $1`, [
      uuidOf(source.team.id),
    ]);
  }
  succeeded(await source.publish());
  const { items } = succeeded(await resync(team.owner, { installationId }));
  expect(actions(items)).toEqual({
    'AGENT agent': 'UNCHANGED',
    'ENTITY_TYPE issue': 'UNCHANGED',
    'ENTITY_TYPE service': 'ARCHIVE',
    'RELATIONSHIP_TYPE affects': 'ARCHIVE',
    'WATCHER incidents': 'ORPHAN',
    'CLASSIFIER severity': 'ARCHIVE',
  });
  expect(await rowOf(psql, team, 'watcher', 'incidents')).toMatchObject({
    orphaned: true,
    archived_at: null,
  });
});

it('lets rows swap slugs, and keeps the name of the agent', async ({ team, createTeam, psql }) => {
  const { source, rows, installationId, agent } = await installed(team, createTeam);
  await psql("UPDATE agent SET name = 'Ours' WHERE id = $1", [uuidOf(agent.id)]);
  const before = await rowOf(psql, team, 'entity_type', 'issue');
  await updateSource(source, rows.issue.id, { slug: 'passing' });
  await updateSource(source, rows.service.id, { slug: 'issue' });
  await updateSource(source, rows.issue.id, { slug: 'service' });
  succeeded(await source.publish());
  const done = succeeded(await resync(team.owner, { installationId }));
  expect(done.agent.name).toBe('Ours');
  expect((await rowOf(psql, team, 'entity_type', 'service')).id).toBe(before.id);
});

it('keeps managed definitions from being edited', async ({ team, createTeam, psql }) => {
  await installed(team, createTeam);
  const { id } = await rowOf(psql, team, 'entity_type', 'issue');
  const entityTypeId = Buffer.from(`EntityType:${id}`).toString('base64');
  const { updateEntityType } = await team.owner.query(UpdateEntityType, {
    input: { id: entityTypeId, name: 'Mine' },
  });
  expect(refused(updateEntityType)).toMatchObject({ code: 'MANAGED_BY_TEMPLATE' });
});
