/** A server is killed while it installs a template. All of it exists or nothing, and a retry installs it once. */
import { createClient } from '../support/client.ts';
import { TIMEOUT } from '../support/faults/scale.ts';
import { succeeded } from '../support/outcome.ts';
import { type MusterProcess, startServer } from '../support/process.ts';
import { openPsql } from '../support/psql.ts';
import { furnishSource, install, newSource } from '../support/template.ts';
import { expect, it } from '../support/test.ts';

/** The tables in the order in which an installation writes them. */
const STEPS = [
  'agent',
  'installation',
  'entity_type',
  'relationship_type',
  'watcher',
  'classifier',
  'watcher_version',
  'classifier_version',
  'relationship_type_rule',
  'structure_event',
];

it.for(STEPS)(
  'an installation killed when it comes to %s leaves nothing',
  { timeout: TIMEOUT },
  async (table, { team, createTeam, psql, database }) => {
    const source = await newSource(await createTeam());
    await furnishSource(source);
    succeeded(await source.publish());
    await team.changes();
    const before = await team.footprint();
    const input = { organizationId: team.id, templateSlug: source.slug, idempotencyKey: 'once' };

    const server: MusterProcess = await startServer({ DATABASE_URL: database.url });
    const blocker = await openPsql(database.url);
    try {
      await blocker(`BEGIN`);
      // Reads of the table continue. Writes to it wait.
      await blocker(`LOCK TABLE ${table} IN SHARE MODE`);
      const killed = expect(install(createClient(server.url, team.owner.token), input)).rejects.toThrow();
      await expect
        .poll(
          async () =>
            (
              await psql<{ waiting: number }>(
                'SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted AND relation = $1::regclass',
                [table],
              )
            )[0]?.waiting,
          { timeout: TIMEOUT },
        )
        .toBeGreaterThan(0);
      await server.stop('SIGKILL');
      await killed;
    } finally {
      await blocker('ROLLBACK');
      await blocker.close();
      await server.stop('SIGKILL');
    }
    expect(await team.footprint()).toEqual(before);
    const first = succeeded(await install(team.owner, input));
    expect(first.created).toBe(true);
    expect(succeeded(await install(team.owner, input))).toMatchObject({
      created: true,
      installation: { id: first.installation.id },
    });
  },
);
