/** What the database refuses of the four kinds of the vocabulary, whichever program writes. */
import { outcome, type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import {
  installByHand,
  manage,
  newClassifier,
  newEntityType,
  newRelationshipType,
  newWatcher,
} from '../../support/vocabulary.ts';

const MAKE = {
  entity_type: newEntityType,
  relationship_type: newRelationshipType,
  watcher: newWatcher,
  classifier: newClassifier,
};

type Kind = keyof typeof MAKE;

const KINDS = Object.keys(MAKE) as Kind[];

async function newRow(team: Team, kind: Kind): Promise<string> {
  return uuidOf((await MAKE[kind](team)).id);
}

/** A row that an installation manages. */
async function newManagedRow(psql: Psql, team: Team, kind: Kind): Promise<string> {
  const { id } = await MAKE[kind](team);
  await manage(psql, kind, id, await installByHand(psql, team));
  return uuidOf(id);
}

const set = async (psql: Psql, kind: Kind, id: string, assignments: string, ...values: unknown[]) =>
  await outcome(psql, `UPDATE ${kind} SET ${assignments} WHERE id = $1`, [id, ...values]);

/** Runs what it is given with a setting, in a transaction that is rolled back. */
async function withSetting<Result>(
  psql: Psql,
  [name, value]: readonly [string, string],
  run: () => Promise<Result>,
): Promise<Result> {
  await psql('BEGIN');
  try {
    await psql('SELECT set_config($1, $2, true)', [name, value]);
    return await run();
  } finally {
    await psql('ROLLBACK');
  }
}

describe.for(KINDS)('the database keeps the slug of a live %s', (kind) => {
  it(`unique in its organization: ${kind}_slug_key`, async ({ team, psql }) => {
    const [holder, other] = [await newRow(team, kind), await newRow(team, kind)];
    const take = `slug = (SELECT slug FROM ${kind} WHERE id = $2)`;
    expect(await set(psql, kind, other, take, holder)).toBe(`${kind}_slug_key`);
    expect(await set(psql, kind, holder, 'archived_at = now()')).toBe('written');
    expect(await set(psql, kind, other, take, holder)).toBe('written');
    expect(await set(psql, kind, holder, 'archived_at = NULL')).toBe(`${kind}_slug_key`);
  });

  it(`without a leading $ unless the platform writes the ${kind}`, async ({ team, psql }) => {
    const id = await newRow(team, kind);
    const update = () => set(psql, kind, id, `slug = '$member'`);
    const insert = () =>
      outcome(
        psql,
        `INSERT INTO ${kind} SELECT (jsonb_populate_record(t, jsonb_build_object('id', uuid_v7(), 'slug', '$member'))).*
           FROM ${kind} t WHERE id = $1`,
        [id],
      );
    const asPlatform = ['muster.actor', '{"kind": "SYSTEM", "name": "test"}'] as const;
    const asUser = ['muster.actor', '{"kind": "USER", "name": "test"}'] as const;
    for (const [act, write] of Object.entries({ update, insert })) {
      const rule = `${kind}_${act}_slug_check`;
      expect(await write()).toBe(rule);
      expect(await withSetting(psql, asUser, write)).toBe(rule);
      expect(await withSetting(psql, asPlatform, write)).toBe('written');
    }
  });
});

it('the database keeps the slug of a live classifier unique among those of its watcher', async ({
  team,
  psql,
}) => {
  const [one, other] = [await newWatcher(team), await newWatcher(team)];
  const slug = 'severity';
  await newClassifier(team, { slug, watcherId: one.id });
  await newClassifier(team, { slug });
  const id = uuidOf((await newClassifier(team, { slug, watcherId: other.id })).id);
  expect(await set(psql, 'classifier', id, 'watcher_id = $2', uuidOf(one.id))).toBe('classifier_slug_key');
  expect(await set(psql, 'classifier', id, 'watcher_id = NULL')).toBe('classifier_slug_key');
});

describe.for(KINDS)('the database refuses a managed %s', (kind) => {
  it.for([
    'installation_id = NULL',
    'source_release_id = NULL',
    'mirrored_at = NULL',
    'source_key = NULL, base = NULL',
  ])(`with a part of its provenance missing: ${kind}, %s`, async (assignments, { team, psql }) => {
    const id = await newManagedRow(psql, team, kind);
    expect(await set(psql, kind, id, assignments)).toBe(`${kind}_provenance_check`);
  });

  it(`with nothing of its provenance but the installation: ${kind}`, async ({ team, psql }) => {
    const [id, installation] = [await newRow(team, kind), await installByHand(psql, team)];
    expect(await set(psql, kind, id, 'installation_id = $2', installation.id)).toBe(
      `${kind}_provenance_check`,
    );
  });

  it.for([`source_key = 'other'`, 'source_key = NULL', 'base = NULL', `base = base || '{"kind": "AGENT"}'`])(
    `whose base is another item's: ${kind}, %s`,
    async (assignments, { team, psql }) => {
      const id = await newManagedRow(psql, team, kind);
      expect(await set(psql, kind, id, assignments)).toBe(`${kind}_base_check`);
    },
  );

  it(`of an installation of another organization: ${kind}`, async ({ team, createTeam, psql }) => {
    const foreign = await installByHand(psql, await createTeam());
    const id = await newManagedRow(psql, team, kind);
    expect(await set(psql, kind, id, 'installation_id = $2', foreign.id)).toBe(`${kind}_installation_fkey`);
  });

  it(`that mirrors the same item of an installation as another: ${kind}`, async ({ team, psql }) => {
    const installation = await installByHand(psql, team);
    const [one, other] = [await MAKE[kind](team), await MAKE[kind](team)];
    for (const { id } of [one, other]) await manage(psql, kind, id, installation);
    const copy = `(source_key, base) = (SELECT source_key, base FROM ${kind} WHERE id = $2)`;
    const archived = await set(psql, kind, uuidOf(other.id), 'archived_at = now()');
    expect([archived, await set(psql, kind, uuidOf(one.id), copy, uuidOf(other.id))]).toEqual([
      'written',
      `${kind}_source_key`,
    ]);
  });

  it(`as locally changed or orphaned once it is no longer managed: ${kind}`, async ({ team, psql }) => {
    const id = await newRow(team, kind);
    for (const flag of ['locally_changed', 'orphaned']) {
      expect(await set(psql, kind, id, `${flag} = true`)).toBe(`${kind}_managed_check`);
    }
  });
});

describe.for(['watcher', 'classifier'] as const)('the database keeps the versions of a %s', (kind) => {
  it(`its own: ${kind}_current_version_fkey is checked at commit`, async ({ team, psql }) => {
    const [one, other] = [await newRow(team, kind), await newRow(team, kind)];
    const take = `current_version_id = (SELECT current_version_id FROM ${kind} WHERE id = $2)`;
    await psql('BEGIN');
    expect(await set(psql, kind, one, take, other)).toBe('written');
    expect(await outcome(psql, 'COMMIT')).toBe(`${kind}_current_version_fkey`);
  });

  it(`numbered without repetition, even if triggers are off: ${kind}_version_key`, async ({ team, psql }) => {
    const id = await newRow(team, kind);
    const withoutTriggers = ['session_replication_role', 'replica'] as const;
    const insert = (version: number) =>
      outcome(
        psql,
        `INSERT INTO ${kind}_version
         SELECT (jsonb_populate_record(v, jsonb_build_object('id', uuid_v7(), 'version', $2::int))).*
           FROM ${kind}_version v WHERE ${kind}_id = $1`,
        [id, version],
      );
    expect(await withSetting(psql, withoutTriggers, () => insert(2))).toBe('written');
    expect(await withSetting(psql, withoutTriggers, () => insert(1))).toBe(`${kind}_version_key`);
  });
});
