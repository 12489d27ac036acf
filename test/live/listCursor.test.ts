/** `feedCursor` of a list: a position before its page, wherever the list stands. */
import { graphql } from '../graphql/gql.ts';
import { payloadOf } from '../support/outcome.ts';
import { describe, expect, it } from '../support/test.ts';
import { SessionChanged } from './documents.ts';

const Lists = graphql(`
  query ListCursors($slug: String!) {
    organization(slug: $slug) {
      feedCursor
      agents {
        nodes {
          sessions {
            feedCursor
          }
        }
      }
      sessions {
        feedCursor
        totalCount
      }
    }
    viewer {
      organizations {
        feedCursor
      }
    }
  }
`);

const SpawnWithList = graphql(`
  mutation SpawnWithListCursor($projectId: ID!, $agentId: ID!) {
    spawnSession(input: { projectId: $projectId, agentId: $agentId, kind: WORKER, prompt: "Go." }) {
      __typename
      ... on SpawnSessionPayload {
        cursor
        session {
          name
          agent {
            sessions {
              feedCursor
              nodes {
                name
              }
            }
          }
        }
      }
    }
  }
`);

describe('feedCursor of a list', () => {
  it('resumes before anything that the page does not show', async ({ team }) => {
    const { organization } = await team.owner.query(Lists, { slug: team.slug });
    const { name } = await team.spawn();
    const heard = await team.owner.subscribe(SessionChanged, {
      organizationId: team.id,
      after: organization?.sessions.feedCursor,
    });
    expect((await heard.event()).sessionChanged).toMatchObject({
      type: 'SESSION_CREATED',
      session: { name },
    });
    await heard.stop();
  });

  it('is the same for every list of an operation, and for the organization', async ({ team }) => {
    await team.employ();
    const { organization, viewer } = await team.owner.query(Lists, { slug: team.slug });
    const cursors = [
      organization?.agents.nodes[0]?.sessions.feedCursor,
      organization?.sessions.feedCursor,
      viewer.organizations.feedCursor,
    ];
    expect(cursors).toEqual(cursors.map(() => organization?.feedCursor));
  });

  it('lies before the changes of the mutation whose payload has the list', async ({ team }) => {
    const agent = await team.employ();
    const { spawnSession } = await team.owner.query(SpawnWithList, {
      projectId: team.project.id,
      agentId: agent.id,
    });
    const { session, cursor } = payloadOf(spawnSession, 'session');
    expect(session.agent?.sessions).toEqual({ feedCursor: cursor, nodes: [{ name: session.name }] });
  });
});
