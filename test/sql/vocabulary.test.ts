/** What the database refuses of vocabulary, templates and installations, whichever program writes. */
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { describe, expect, it } from '../support/test.ts';
import { installByHand, manage, newClassifier, newEntityType, newWatcher } from '../support/vocabulary.ts';

/** `written`, or the constraint or the reason that refuses the statement. */
const outcome = async (psql: Psql, statement: string, values: unknown[] = []): Promise<string> =>
  await psql(statement, values).then(
    () => 'written',
    ({ constraint, message }) => constraint ?? message,
  );

describe('a version', () => {
  it('cannot be changed or deleted', async ({ team, psql }) => {
    await newWatcher(team);
    await newClassifier(team);
    for (const table of ['watcher_version', 'classifier_version', 'watcher_window', 'template_release']) {
      expect(await outcome(psql, `UPDATE ${table} SET created_at = now()`)).toMatch(
        /^UPDATE of .* is refused/,
      );
      expect(await outcome(psql, `DELETE FROM ${table}`)).toMatch(/^DELETE of .* is refused/);
      expect(await outcome(psql, `TRUNCATE ${table} CASCADE`)).toMatch(/^TRUNCATE of .* is refused/);
    }
  });

  it('gets the next number, whatever number is inserted', async ({ team, psql }) => {
    const watcher = await newWatcher(team);
    const rows = await psql<{ version: number }>(
      `INSERT INTO watcher_version (organization_id, watcher_id, version, prompt, extraction_schema)
       VALUES ($1, $2, 7, 'a', '{}'), ($1, $2, 7, 'b', '{}') RETURNING version`,
      [uuidOf(team.id), uuidOf(watcher.id)],
    );
    expect(rows).toEqual([{ version: 2 }, { version: 3 }]);
  });

  it('is current for its own watcher only, and windows have one of their watcher', async ({ team, psql }) => {
    const [one, other] = [await newWatcher(team), await newWatcher(team)];
    const foreign = uuidOf(other.currentVersion.id);
    expect(
      await outcome(psql, 'UPDATE watcher SET current_version_id = $2 WHERE id = $1', [
        uuidOf(one.id),
        foreign,
      ]),
    ).toBe('watcher_current_version_fkey');
    expect(
      await outcome(
        psql,
        `INSERT INTO watcher_window (organization_id, watcher_id, version_id, starts_at, ends_at, extracted_data)
         VALUES ($1, $2, $3, now() - interval '1 day', now(), '{}')`,
        [uuidOf(team.id), uuidOf(one.id), foreign],
      ),
    ).toBe('watcher_window_version_fkey');
  });
});

describe('a slug', () => {
  it('that begins with $ is for the platform alone', async ({ team, psql }) => {
    const insert = `INSERT INTO entity_type (organization_id, slug, name) VALUES ($1, '$member', 'Member') RETURNING id`;
    expect(await outcome(psql, insert, [uuidOf(team.id)])).toMatch("are the platform's");
    const system = `SELECT set_config('muster.actor', '{"kind": "SYSTEM", "name": "test"}', false)`;
    await psql(system);
    const [made] = await psql<{ id: string }>(insert, [uuidOf(team.id)]);
    await psql(`SELECT set_config('muster.actor', '', false)`);
    expect(await outcome(psql, `UPDATE entity_type SET slug = 'member' WHERE id = $1`, [made?.id])).toMatch(
      "are the platform's",
    );
  });
});

/** Sets columns of a managed entity type. */
async function reassigned(
  team: Team,
  psql: Psql,
  assignments: string,
  values: unknown[] = [],
): Promise<string> {
  const { id } = await newEntityType(team);
  await manage(psql, 'entity_type', id, await installByHand(psql, team));
  return await outcome(psql, `UPDATE entity_type SET ${assignments} WHERE id = $1`, [uuidOf(id), ...values]);
}

describe('the provenance of a row', () => {
  it('is whole or absent', async ({ team, psql }) => {
    expect(await reassigned(team, psql, 'mirrored_at = NULL')).toBe('entity_type_provenance_check');
    expect(await reassigned(team, psql, `source_key = 'other'`)).toBe('entity_type_base_check');
    expect(await reassigned(team, psql, `base = base || '{"kind": "WATCHER"}'`)).toBe(
      'entity_type_base_check',
    );
  });

  it('names an installation of its own organization', async ({ team, psql, createTeam }) => {
    const foreign = await installByHand(psql, await createTeam());
    expect(await reassigned(team, psql, 'installation_id = $2', [foreign.id])).toBe(
      'entity_type_installation_fkey',
    );
  });

  it('names an item that no other row of the installation mirrors', async ({ team, psql }) => {
    const installation = await installByHand(psql, team);
    const [one, other] = [await newEntityType(team), await newEntityType(team)];
    for (const { id } of [one, other]) await manage(psql, 'entity_type', id, installation);
    const copy = `UPDATE entity_type t SET (source_key, base) = (SELECT source_key, base FROM entity_type WHERE id = $2)
                   WHERE t.id = $1`;
    expect(await outcome(psql, copy, [uuidOf(one.id), uuidOf(other.id)])).toBe('entity_type_source_key');
  });
});

describe('an installation', () => {
  const copyWith = (values: Record<string, string>) => {
    const columns =
      'organization_id, template_id, source_organization_id, template_agent_id, release_id, agent_id, agent_base';
    const selected = columns.split(', ').map((column) => values[column] ?? column);
    return `INSERT INTO installation (${columns}) SELECT ${selected.join(', ')} FROM installation WHERE id = $1`;
  };

  it('is the only one of its template in its organization, until it is uninstalled', async ({
    team,
    psql,
  }) => {
    const { id } = await installByHand(psql, team);
    expect(await outcome(psql, copyWith({}), [id])).toBe('installation_template_key');
    const uninstall = `UPDATE installation SET status = 'UNINSTALLED', uninstalled_at = now() WHERE id = $1`;
    expect(await outcome(psql, uninstall, [id])).toBe('written');
    expect(await outcome(psql, copyWith({}), [id])).toBe('written');
    expect(
      await outcome(
        psql,
        `UPDATE installation SET status = 'INSTALLED', uninstalled_at = NULL WHERE id = $1`,
        [id],
      ),
    ).toMatch('is installed anew');
  });

  it('is not of the organization that the template is from', async ({ team, psql }) => {
    const { id } = await installByHand(psql, team);
    const values = { organization_id: 'source_organization_id', agent_id: 'template_agent_id' };
    expect(await outcome(psql, copyWith(values), [id])).toBe('installation_source_check');
  });

  it('has a release of its template, and an agent that was installed from it', async ({
    team,
    psql,
    createTeam,
  }) => {
    const elsewhere = await createTeam();
    const { id } = await installByHand(psql, team);
    const other = await installByHand(psql, elsewhere);
    const release = 'UPDATE installation SET release_id = $2 WHERE id = $1';
    expect(await outcome(psql, release, [id, other.releaseId])).toBe('installation_release_fkey');
    const agent = uuidOf((await elsewhere.employ()).id);
    const values = { organization_id: `'${uuidOf(elsewhere.id)}'`, agent_id: `'${agent}'` };
    expect(await outcome(psql, copyWith(values), [id])).toBe('installation_agent_fkey');
  });
});

describe('a template', () => {
  const insert = `INSERT INTO template (organization_id, agent_id, slug, name, visibility)
                  VALUES ($1, $2, $3, 'Reviewer', $4::template_visibility)`;

  it('has no agent that was installed', async ({ team, psql }) => {
    const { id } = await installByHand(psql, team);
    const [{ agent_id } = { agent_id: '' }] = await psql<{ agent_id: string }>(
      'SELECT agent_id FROM installation WHERE id = $1',
      [id],
    );
    expect(await outcome(psql, insert, [uuidOf(team.id), agent_id, 'copy', 'PRIVATE'])).toBe(
      'template_agent_check',
    );
  });

  it('has a slug of its own among public ones, and in its organization', async ({
    team,
    psql,
    createTeam,
  }) => {
    const other = await createTeam();
    const agents = [await team.employ(), await team.employ(), await other.employ()].map(({ id }) =>
      uuidOf(id),
    );
    const [ours, theirs] = [uuidOf(team.id), uuidOf(other.id)];
    expect(await outcome(psql, insert, [ours, agents[0], team.slug, 'PUBLIC'])).toBe('written');
    expect(await outcome(psql, insert, [ours, agents[1], team.slug, 'PRIVATE'])).toBe('template_slug_key');
    expect(await outcome(psql, insert, [theirs, agents[2], team.slug, 'PUBLIC'])).toBe(
      'template_public_slug_key',
    );
    expect(await outcome(psql, insert, [theirs, agents[2], team.slug, 'PRIVATE'])).toBe('written');
  });
});
