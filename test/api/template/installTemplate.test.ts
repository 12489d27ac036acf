/** What installing a template makes, and that twice is once. */
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { actions, furnishSource, install, newSource, planOf, publish } from '../../support/template.ts';
import { expect, it } from '../../support/test.ts';

it('hires the agent and makes each item of the release, as the plan said', async ({
  team,
  createTeam,
  psql,
}) => {
  const source = await newSource(await createTeam());
  await furnishSource(source);
  succeeded(await source.publish());
  const input = { organizationId: team.id, templateSlug: source.slug };
  const plan = await planOf(team.owner, input);
  const done = succeeded(await install(team.owner, { ...input, expectedPlanHash: plan.hash, name: 'Kim' }));
  expect(done).toMatchObject({
    created: true,
    installation: { status: 'INSTALLED', organization: { id: team.id } },
    agent: { name: 'Kim', role: 'reviewer', status: 'RUNNING' },
    items: plan.items,
  });
  expect(actions(done.items)).toEqual({
    'AGENT agent': 'CREATE',
    'ENTITY_TYPE issue': 'CREATE',
    'ENTITY_TYPE service': 'CREATE',
    'RELATIONSHIP_TYPE affects': 'CREATE',
    'WATCHER incidents': 'CREATE',
    'CLASSIFIER severity': 'CREATE',
  });
  const rows = await psql(
    `SELECT c.slug, w.slug AS watcher, w.schedule, v.version, v.prompt, cv.attribute_values AS labels,
            c.last_writer, c.locally_changed, c.agent_id = $2 AS "isAgents"
       FROM classifier c JOIN watcher w ON w.id = c.watcher_id
       JOIN watcher_version v ON v.id = w.current_version_id
       JOIN classifier_version cv ON cv.id = c.current_version_id
      WHERE c.organization_id = $1`,
    [uuidOf(team.id), uuidOf(done.agent.id)],
  );
  expect(rows).toEqual([
    {
      ...{ slug: 'severity', watcher: 'incidents', schedule: '0 9 * * *', version: 1 },
      ...{ prompt: 'What broke?', labels: ['low', 'high'] },
      ...{ last_writer: 'TEMPLATE', locally_changed: false, isAgents: true },
    },
  ]);
  const rules = await psql(
    `SELECT t.slug, s.slug AS source, x.slug AS target FROM relationship_type_rule r
       JOIN relationship_type t ON t.id = r.relationship_type_id
       JOIN entity_type s ON s.id = r.source_type_id JOIN entity_type x ON x.id = r.target_type_id
      WHERE r.organization_id = $1`,
    [uuidOf(team.id)],
  );
  expect(rules).toEqual([{ slug: 'affects', source: 'issue', target: 'service' }]);
});

it('gives the agent the description of the released one, however long', async ({ team, createTeam }) => {
  const source = await createTeam();
  const description = 'x'.repeat(4_000);
  const { id: agentId } = await source.employ({ description });
  const { slug } = source;
  succeeded(await publish(source.owner, { agentId, slug, name: 'Triager', visibility: 'PUBLIC' }));
  const { agent } = succeeded(await install(team.owner, { organizationId: team.id, templateSlug: slug }));
  expect(agent).toMatchObject({ description });
});

it('is done once when it is asked for twice: nothing is touched, and nothing is heard', async ({
  team,
  createTeam,
}) => {
  const source = await newSource(await createTeam());
  await furnishSource(source);
  succeeded(await source.publish());
  const input = { organizationId: team.id, templateSlug: source.slug };
  const first = succeeded(await install(team.owner, input));
  await team.changes();
  const before = await team.footprint();
  const second = succeeded(await install(team.owner, input));
  expect(second).toMatchObject({
    created: false,
    installation: { id: first.installation.id },
    agent: { id: first.agent.id },
  });
  expect(new Set(second.items.map(({ action }) => action))).toEqual(new Set(['UNCHANGED']));
  expect(await team.footprint()).toEqual(before);
});

it('is done once when it is asked for twenty times at once', async ({ team, createTeam, psql }) => {
  const source = await newSource(await createTeam());
  await furnishSource(source);
  succeeded(await source.publish());
  const input = { organizationId: team.id, templateSlug: source.slug };
  const all = await Promise.all(Array.from({ length: 20 }, () => install(team.owner, input)));
  const done = all.map((each) => succeeded(each));
  expect(done.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(done.map(({ installation }) => installation.id)).size).toBe(1);
  expect(new Set(done.map(({ agent }) => agent.id)).size).toBe(1);
  expect(
    await psql('SELECT count(*)::int AS agents FROM agent WHERE organization_id = $1', [uuidOf(team.id)]),
  ).toEqual([{ agents: 1 }]);
});

it('goes into the personal organization of a viewer who names none', async ({ app, createTeam, psql }) => {
  const source = await newSource(await createTeam());
  succeeded(await source.publish());
  const person = await app.signUp();
  const { installation } = succeeded(await install(person, { templateSlug: source.slug }));
  const [user] = await psql<{ id: string }>(
    'SELECT personal_organization_id AS id FROM "user" WHERE id = $1',
    [person.userId],
  );
  expect(uuidOf(installation.organization.id)).toBe(user?.id);
});

it('answers every conflict at once and writes nothing, until resolutions settle them', async ({
  team,
  createTeam,
}) => {
  const source = await newSource(await createTeam());
  await furnishSource(source);
  succeeded(await source.publish());
  await furnishSource({ team, agentId: (await team.employ()).id });
  await team.changes();
  const before = await team.footprint();
  const input = { organizationId: team.id, templateSlug: source.slug };
  const refusal = refused(await install(team.owner, input));
  expect(refusal).toMatchObject({ code: 'TEMPLATE_CONFLICTS' });
  const { conflicts } = await planOf(team.owner, input);
  expect(refusal).toMatchObject({ conflicts });
  expect(conflicts).toHaveLength(5);
  expect(conflicts[0]).toEqual({
    ...{ kind: 'ENTITY_TYPE', slug: 'issue', reason: 'SLUG_TAKEN', owner: 'USER', installation: null },
    resolutions: ['ADOPT', 'SKIP'],
  });
  expect(await team.footprint()).toEqual(before);

  const resolutions = conflicts.map(({ kind, slug }) => ({
    ...{ kind, slug },
    resolution: kind === 'WATCHER' ? ('SKIP' as const) : ('ADOPT' as const),
  }));
  const { items } = succeeded(await install(team.owner, { ...input, resolutions }));
  expect(actions(items)).toMatchObject({
    'ENTITY_TYPE issue': 'ADOPT',
    'RELATIONSHIP_TYPE affects': 'ADOPT',
    'WATCHER incidents': 'SKIP',
    // It refers to the watcher that is left out.
    'CLASSIFIER severity': 'SKIP',
  });
});

it('refuses a plan that has changed since', async ({ team, createTeam }) => {
  const source = await newSource(await createTeam());
  await furnishSource(source);
  succeeded(await source.publish());
  const input = { organizationId: team.id, templateSlug: source.slug };
  const { hash: expectedPlanHash } = await planOf(team.owner, input);
  const { hash: currentPlanHash } = await planOf(team.owner, {
    ...input,
    resolutions: [{ kind: 'WATCHER', slug: 'incidents', resolution: 'SKIP' }],
  });
  expect(
    refused(
      await install(team.owner, {
        ...{ ...input, expectedPlanHash },
        resolutions: [{ kind: 'WATCHER', slug: 'incidents', resolution: 'SKIP' }],
      }),
    ),
  ).toMatchObject({ code: 'PLAN_STALE', currentPlanHash });
});
