import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { until } from '../support/feed.ts';
import { openPsql } from '../support/psql.ts';

it('idempotency keys of users and agents are deleted after 24 hours, and not before', async () => {
  await using app = await startTestApp({ tuning: { everySeconds: { 'key.expiry': 1 } } });
  await using psql = await openPsql(app.app.db.url);
  const keys = async () =>
    (await psql<{ key: string }>('SELECT key FROM idempotency_key ORDER BY key')).map(({ key }) => key);
  await psql(`INSERT INTO idempotency_key (viewer_id, key, input_hash, request_id, position, created_at)
              SELECT gen_random_uuid(), hours, '', '', 0, now() - make_interval(hours => hours::int)
                FROM unnest(ARRAY['23', '25', '99']) hours`);
  await until(async () => (await keys()).length === 1);
  expect(await keys()).toEqual(['23']);
});
