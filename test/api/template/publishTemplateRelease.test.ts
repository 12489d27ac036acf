/** What a release holds, and who finds it. */
import { graphql } from '../../graphql/gql.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { furnishSource, install, newSource, publish } from '../../support/template.ts';
import { expect, it } from '../../support/test.ts';
import { newEntityType } from '../../support/vocabulary.ts';

const TemplateOfSlug = graphql(`
  query TemplateOfSlug($slug: String!) {
    template(slug: $slug) {
      id
      slug
      latestRelease {
        number
      }
      releases {
        totalCount
      }
      installManifest {
        environment
        connections
        creates {
          kind
          slug
          name
        }
      }
    }
  }
`);

const Catalogue = graphql(`
  query Catalogue($after: String) {
    templates(first: 2, after: $after) {
      totalCount
      nodes {
        slug
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

it('numbers releases, and makes none when nothing has changed', async ({ team }) => {
  const source = await newSource(team);
  await furnishSource(source);
  const first = succeeded(await source.publish());
  expect(first).toMatchObject({ created: true, release: { number: 1 } });
  const same = succeeded(await source.publish({ name: 'Another name' }));
  expect(same).toMatchObject({
    created: false,
    template: { id: first.template.id, name: 'Another name' },
    release: first.release,
  });
  await newEntityType(team, { agentId: source.agentId });
  const second = succeeded(await source.publish());
  expect(second).toMatchObject({ created: true, release: { number: 2 } });
  expect(second.release.hash).not.toBe(first.release.hash);
  expect((await team.structureEvents('TEMPLATE_RELEASED')).map(({ payload }) => payload)).toMatchObject([
    { slug: source.slug, release: 1 },
    { slug: source.slug, release: 2 },
  ]);
});

it('takes the rows of no agent that no other template has released, and leaves those of other agents', async ({
  team,
}) => {
  const [one, other] = [await newSource(team), await newSource(team)];
  await newEntityType(team, { slug: 'shared' });
  await newEntityType(team, { slug: 'ones', agentId: one.agentId });
  await newEntityType(team, { slug: 'others', agentId: other.agentId });
  succeeded(await one.publish());
  succeeded(await other.publish());
  const slugsOf = async (slug: string) =>
    (await team.owner.query(TemplateOfSlug, { slug })).template?.installManifest.creates.map(
      (item) => item.slug,
    );
  expect(await slugsOf(one.slug)).toEqual(['agent', 'ones', 'shared']);
  expect(await slugsOf(other.slug)).toEqual(['agent', 'others']);
});

it('says before an installation what it needs', async ({ team, app }) => {
  const { id: agentId } = await team.employ({
    config: { required_env: ['PAGER_TOKEN'], connections: ['pager'] },
  });
  const slug = `needs-${team.slug}`;
  succeeded(await publish(team.owner, { agentId, slug, name: 'Triager', visibility: 'PUBLIC' }));
  const { template } = await (await app.signUp()).query(TemplateOfSlug, { slug });
  expect(template?.installManifest).toEqual({
    environment: ['PAGER_TOKEN'],
    connections: ['pager'],
    creates: [{ kind: 'AGENT', slug: 'agent', name: 'reviewer' }],
  });
});

it('lists public templates by slug, page by page', async ({ createTeam, app }) => {
  const team = await createTeam();
  const sources = [await newSource(team), await newSource(team), await newSource(team)];
  for (const source of sources) succeeded(await source.publish());
  succeeded(await (await newSource(team)).publish({ visibility: 'PRIVATE' }));
  const reader = await app.signUp();
  const slugs: string[] = [];
  for (let after: string | null = null, isMore = true; isMore; ) {
    const {
      templates,
    }: {
      templates: { nodes: { slug: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    } = await reader.query(Catalogue, { after });
    slugs.push(...templates.nodes.map(({ slug }) => slug));
    ({ hasNextPage: isMore, endCursor: after } = templates.pageInfo);
  }
  expect(slugs).toEqual(slugs.toSorted());
  const published = sources.map(({ slug }) => slug).sort();
  expect(slugs.filter((slug) => published.includes(slug))).toEqual(published);
});

it('is for outsiders as if a private template were not there', async ({ team, createTeam }) => {
  const source = await newSource(await createTeam());
  succeeded(await source.publish({ visibility: 'PRIVATE' }));
  const { slug } = source;
  expect((await team.owner.query(TemplateOfSlug, { slug })).template).toBeNull();
  expect((await source.team.owner.query(TemplateOfSlug, { slug })).template).toMatchObject({ slug });
  const none = await install(team.owner, { organizationId: team.id, templateSlug: 'there-is-none' });
  expect(await install(team.owner, { organizationId: team.id, templateSlug: slug })).toEqual(none);
  expect(refused(none)).toMatchObject({ code: 'NOT_FOUND' });
});

it('keeps slugs unique among public templates, and within an organization', async ({ team, createTeam }) => {
  const source = await newSource(team);
  const foreign = await newSource(await createTeam());
  const { slug } = source;
  succeeded(await source.publish());
  expect(refused(await foreign.publish({ slug }))).toMatchObject({ code: 'SLUG_TAKEN' });
  succeeded(await foreign.publish({ slug, visibility: 'PRIVATE' }));
  const colleague = await newSource(team);
  expect(refused(await colleague.publish({ slug, visibility: 'PRIVATE' }))).toMatchObject({
    code: 'SLUG_TAKEN',
  });
});

it('names every fault, and publishes nothing', async ({ team, psql }) => {
  const { id: agentId } = await team.employ({ config: { required_env: ['not a name'] } });
  const { issue } = await furnishSource({ team, agentId });
  await psql('UPDATE entity_type SET archived_at = now() WHERE id = $1', [uuidOf(issue.id)]);
  const refusal = refused(
    await publish(team.owner, { agentId, slug: team.slug, name: 'Triager', visibility: 'PUBLIC' }),
  );
  expect(refusal).toMatchObject({
    code: 'TEMPLATE_INVALID',
    issues: [
      { path: 'AGENT.agent.config.required_env.0' },
      { path: 'RELATIONSHIP_TYPE.affects.rules.0.source' },
    ],
  });
  expect((await team.owner.query(TemplateOfSlug, { slug: team.slug })).template).toBeNull();
});

it('is for no agent that was itself installed, and for no organization that publishes the template', async ({
  team,
  createTeam,
}) => {
  const source = await newSource(await createTeam());
  succeeded(await source.publish());
  const { agent } = succeeded(
    await install(team.owner, { organizationId: team.id, templateSlug: source.slug }),
  );
  expect(
    refused(
      await publish(team.owner, {
        ...{ agentId: agent.id, slug: team.slug, name: 'Copy', visibility: 'PUBLIC' },
      }),
    ),
  ).toMatchObject({ code: 'TEMPLATE_IS_INSTALLATION' });
  expect(
    refused(await install(source.team.owner, { organizationId: source.team.id, templateSlug: source.slug })),
  ).toMatchObject({ code: 'CANNOT_INSTALL_INTO_SOURCE_ORG' });
});
