/** The host of the pull requests: each has four checks, a thread and a review. */
import { startGitHub } from '../../test/support/github/github.ts';

const github = await startGitHub();
const count = Number(process.env.PULL_REQUESTS);
for (let number = 1; number <= count; number += 1) {
  github.setPullRequest({
    owner: 'acme',
    repo: 'rocket',
    number,
    checks: ['build', 'test', 'lint', 'types'].map((name) => ({ name })),
    threads: [
      { path: 'src/engine.ts', line: 1, isResolved: false, comments: [{ author: 'ines', body: 'Why?' }] },
    ],
    reviews: [{ author: 'ines', state: 'APPROVED', submittedAt: new Date('2026-01-02T10:00:00Z') }],
  });
}
// The first request builds GitHub's schema, which takes its time.
await fetch(`${github.url}/graphql`, {
  method: 'POST',
  headers: { authorization: `Bearer ${github.token}`, 'user-agent': 'bench' },
  body: JSON.stringify({ query: '{ viewer { login } }' }),
});
process.send?.({ url: github.url, token: github.token });
