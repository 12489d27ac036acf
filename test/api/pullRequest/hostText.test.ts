/**
 * Answers of GitHub that the database cannot store as they are: NUL, lone surrogates, duplicates, a check without a
 * name.
 */

import { randomBytes } from 'node:crypto';
import { graphql } from '../../graphql/gql.ts';
import { RefreshPR } from '../../support/mutations.ts';
import { succeeded } from '../../support/outcome.ts';
import { uuidOf } from '../../support/psql.ts';
import { expect, it } from '../../support/test.ts';

const WhatTheHostSays = graphql(`
  query WhatTheHostSays($id: ID!) {
    node(id: $id) {
      ... on PullRequest {
        title
        checks {
          nodes {
            name
          }
        }
        reviewThreads {
          nodes {
            path
          }
        }
        reviews {
          nodes {
            body
          }
        }
      }
    }
  }
`);

it.for(['\u0000', '\ud83d', '\ude80'])(
  'claimPR replaces %j in every text of GitHub',
  async (odd, { psql, createTeam }) => {
    const team = await createTeam();
    const text = `before${odd}after`;
    team.onGitHub(7, {
      title: text,
      checks: [{ name: text }],
      threads: [{ path: text, comments: [{ body: text }] }],
      reviews: [{ author: 'ines', state: 'APPROVED', body: text }],
    });
    const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
    const replaced = 'before\ufffdafter';
    expect((await team.owner.query(WhatTheHostSays, { id: pullRequest.id })).node).toEqual({
      title: replaced,
      checks: { nodes: [{ name: replaced }] },
      reviewThreads: { nodes: [{ path: replaced }] },
      reviews: { nodes: [{ body: replaced }] },
    });
    expect(
      await psql('SELECT body FROM pull_request_review_comment WHERE pull_request_id = $1', [
        uuidOf(pullRequest.id),
      ]),
    ).toEqual([{ body: replaced }]);

    // The replaced text is no change when it is read again.
    const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
    expect(await team.changes({ requestId: succeeded(refreshPR).requestId })).toEqual([]);
  },
);

it('claimPR accepts a comment in two threads, duplicate threads and reviews, and a check without a name', async ({
  psql,
  createTeam,
}) => {
  const team = await createTeam();
  const comment = { id: 'C_1', body: 'in two threads' };
  team.onGitHub(7, {
    checks: [{ name: '' }, { name: '', conclusion: 'FAILURE' }, { name: 'build' }],
    threads: [
      { id: 'T_1', path: 'a.ts', comments: [comment, { id: 'C_2', body: 'in one thread' }] },
      { id: 'T_2', path: 'b.ts', comments: [comment, comment] },
      { id: 'T_2', path: 'c.ts', comments: [comment] },
    ],
    reviews: [
      { id: 'R_1', author: 'ines', state: 'APPROVED', body: 'once' },
      { id: 'R_1', author: 'ines', state: 'APPROVED', body: 'twice' },
    ],
  });
  const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
  const { node } = await team.owner.query(WhatTheHostSays, { id: pullRequest.id });
  expect(node).toMatchObject({ reviews: { nodes: [{ body: 'twice' }] } });
  expect(node && 'checks' in node && node.checks.nodes.map(({ name }) => name).sort()).toEqual([
    '(no name)',
    'build',
  ]);
  expect(
    await psql(
      `SELECT t.path, c.external_id AS id FROM pull_request_review_comment c
         JOIN pull_request_review_thread t ON t.id = c.thread_id WHERE c.pull_request_id = $1 ORDER BY 2`,
      [uuidOf(pullRequest.id)],
    ),
  ).toEqual([
    { path: 'c.ts', id: 'C_1' },
    { path: 'a.ts', id: 'C_2' },
  ]);
  const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
  expect(await team.changes({ requestId: succeeded(refreshPR).requestId })).toEqual([]);
});

it('stores a check whose name is longer than an entry of an index, and tells such names apart', async ({
  psql,
  createTeam,
}) => {
  const team = await createTeam();
  // Random, because PostgreSQL compresses the entries of indexes.
  const long = randomBytes(20_000).toString('base64');
  const names = [`${long}a`, `${long}b`];
  team.onGitHub(7, { checks: names.map((name) => ({ name })) });
  const { pullRequest } = succeeded(await team.claim((await team.spawn()).id, 7));
  const stored = async () => {
    const { node } = await team.owner.query(WhatTheHostSays, { id: pullRequest.id });
    return node && 'checks' in node && node.checks.nodes.map(({ name }) => name).sort();
  };
  expect(await stored()).toEqual(names);

  team.onGitHub(7, { checks: names.map((name) => ({ name, conclusion: 'FAILURE' })) });
  const { refreshPR } = await team.owner.query(RefreshPR, { input: { pullRequestId: pullRequest.id } });
  const types = (await team.changes({ requestId: succeeded(refreshPR).requestId })).map(({ type }) => type);
  expect(types.filter((type) => type === 'PR_CHECK_RECORDED')).toHaveLength(2);
  expect(await stored()).toEqual(names);

  await psql(
    `INSERT INTO pull_request_check (organization_id, pull_request_id, name, commit_sha)
     SELECT organization_id, id, $2, head_sha FROM pull_request WHERE id = $1`,
    [uuidOf(pullRequest.id), `${long}c`],
  );
  expect(await stored()).toEqual([...names, `${long}c`]);
});
