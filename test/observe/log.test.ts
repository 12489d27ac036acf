import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observe/log.ts';

const SECRET = 'hunter2-hunter2-hunter2';

function captured() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ level: 'info', name: 'test', destination }) };
}

describe('a log line', () => {
  it('is one line of JSON with time, level and message', () => {
    const { lines, log } = captured();
    log.info({ requestId: 'r1', tokenId: 't1', tokens: 3 }, 'done');
    log.debug('too much');
    expect(lines).toEqual([expect.stringMatching(/^\{.*\}\n$/)]);
    expect(JSON.parse(String(lines[0]))).toMatchObject({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      name: 'test',
      requestId: 'r1',
      tokenId: 't1',
      tokens: 3,
      msg: 'done',
    });
  });

  it.each([
    { authorization: `Bearer ${SECRET}` },
    { req: { headers: { Authorization: `token ${SECRET}`, 'set-cookie': [`a="${SECRET}]"`, 'b'] } } },
    { deep: [{ er: { and: { deeper: { webhookSecret: { old: SECRET, new: SECRET } } } } }] },
    { GITHUB_TOKEN: SECRET, password: SECRET, api_key: SECRET, 'x-api-key': SECRET },
    { databaseUrl: `postgres://muster:${SECRET}@db/muster`, redis: `rediss://:${SECRET}@cache` },
    { url: `postgres://muster:a@b/${SECRET}@db/muster` },
    { url: `https://${SECRET}@github.com/o/r` },
    { text: `psql "host=db password=${SECRET}"`, url: `/graphql?first=1&access_token=${SECRET}&x=1` },
    { text: `sent Bearer ${SECRET}`, json: JSON.stringify({ authorization: `Bearer ${SECRET}` }) },
    { text: JSON.stringify({ input: { webhookSecret: SECRET, password: SECRET } }) },
    { text: `mst_${SECRET} gho_${SECRET} github_pat_${SECRET}` },
    { err: Object.assign(new Error(`connect postgres://u:${SECRET}@db`), { config: { token: SECRET } }) },
  ])('holds no secret: %j', (fields) => {
    const { lines, log } = captured();
    log.info(fields, 'said');
    log.child(fields).warn('said by a child');
    expect(lines).toHaveLength(2);
    expect(lines.join()).toContain('[redacted]');
    expect(lines.join()).not.toContain('hunter2');
  });

  it('redacts secrets inside a text and keeps scheme, host and name', () => {
    const { lines, log } = captured();
    log.error(new Error(`cannot connect to postgres://u:${SECRET}@db.example:5432/muster`));
    log.info(`GET https://example.com:8080/a/b`);
    expect(lines.join()).not.toContain('hunter2');
    expect(JSON.parse(String(lines[0])).msg).toBe(
      'cannot connect to postgres://[redacted]@db.example:5432/muster',
    );
    expect(JSON.parse(String(lines[1])).msg).toBe('GET https://example.com:8080/a/b');
  });

  it('is redacted in linear time, whatever text a client sends', () => {
    const { lines, log } = captured();
    for (const piece of ['a://:', 'a.', '"token', 'password', 'bearer ', '@:/']) {
      log.info({ text: `token ${piece.repeat(100_000)}` }, 'said');
    }
    expect(lines).toHaveLength(6);
  }, 5_000);

  it('keeps the public prefix of a token', () => {
    const { lines, log } = captured();
    log.info({ prefix: 'mst_a1b2c3d4' }, 'revoked');
    expect(JSON.parse(String(lines[0])).prefix).toBe('mst_a1b2c3d4');
  });
});
