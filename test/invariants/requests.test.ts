/** What a client gets for a request that would violate a rule of the database. */
import { ACTS } from '../security/acts.ts';
import { test as it } from '../security/cast.ts';
import { expect } from '../support/test.ts';
import { mutate } from './mutate.ts';
import { REQUESTS } from './requests.ts';

it('every request that would violate a rule is answered with the error of that rule', async ({ cast }) => {
  const answers: Record<string, unknown> = {};
  for (const [rule, { act, input, by = 'owner', path }] of Object.entries(REQUESTS)) {
    const base = await ACTS[act]?.(cast, by);
    const { answer, paths } = await mutate(cast.clients[by], act, { ...base, ...(await input(cast)) });
    answers[rule] = path === undefined ? [answer] : [answer, paths[0]?.split('.')[0]];
  }
  expect(answers).toEqual(
    Object.fromEntries(
      Object.entries(REQUESTS).map(([rule, { answer, path }]) => [
        rule,
        path === undefined ? [answer] : [answer, path],
      ]),
    ),
  );
});
