/** The templates of the demo's catalogue are installed as anybody would install them. */
import { seed } from '../../../prisma/seed.ts';
import { openDatabase } from '../../../src/database/db.ts';
import { demoPullRequests } from '../../../src/github/demo.ts';
import { graphql } from '../../graphql/gql.ts';
import { createClient } from '../../support/client.ts';
import { succeeded } from '../../support/outcome.ts';
import { install } from '../../support/template.ts';
import { expect, it } from '../../support/test.ts';

const DemoCatalogue = graphql(`
  query DemoCatalogue {
    organization(slug: "demo") {
      id
    }
    templates {
      nodes {
        slug
        installManifest {
          environment
          connections
          creates {
            kind
          }
        }
      }
    }
  }
`);

it('the demo can install each template of its catalogue', async ({ ownDatabase, startServer }) => {
  const db = openDatabase(ownDatabase.url);
  const token = await seed(db, { pullRequestSource: demoPullRequests(), hasDemoPullRequests: true });
  await db.close();
  const owner = createClient((await startServer()).url, token);
  const { organization, templates } = await owner.query(DemoCatalogue);
  expect(templates.nodes.map(({ slug }) => slug)).toEqual(['incident-triager', 'pull-request-reviewer']);
  for (const { slug: templateSlug, installManifest } of templates.nodes) {
    expect(installManifest.environment.length * installManifest.connections.length).toBeGreaterThan(0);
    const { items } = succeeded(await install(owner, { organizationId: organization?.id, templateSlug }));
    expect(items.map(({ action }) => action)).toEqual(installManifest.creates.map(() => 'CREATE'));
  }
});
