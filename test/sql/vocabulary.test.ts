/** What the database refuses of versions, templates and installations, whichever program writes. */
import { outcome, uuidOf } from '../support/psql.ts';
import { describe, expect, it } from '../support/test.ts';
import { installByHand, newClassifier, newWatcher } from '../support/vocabulary.ts';

describe('a version', () => {
  it('cannot be changed or deleted', async ({ team, psql }) => {
    await newWatcher(team);
    await newClassifier(team);
    for (const table of ['watcher_version', 'classifier_version', 'watcher_window', 'template_release']) {
      const rule = `${table}_is_kept`;
      expect(await outcome(psql, `UPDATE ${table} SET created_at = now()`)).toBe(rule);
      expect(await outcome(psql, `DELETE FROM ${table}`)).toBe(rule);
      expect(await outcome(psql, `TRUNCATE ${table} CASCADE`)).toBe(rule);
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

  it('that a window names is of its watcher', async ({ team, psql }) => {
    const [one, other] = [await newWatcher(team), await newWatcher(team)];
    expect(
      await outcome(
        psql,
        `INSERT INTO watcher_window (organization_id, watcher_id, version_id, starts_at, ends_at, extracted_data)
         VALUES ($1, $2, $3, now() - interval '1 day', now(), '{}')`,
        [uuidOf(team.id), uuidOf(one.id), uuidOf(other.currentVersion.id)],
      ),
    ).toBe('watcher_window_version_fkey');
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
    ).toBe('installation_uninstalled_stays');
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
