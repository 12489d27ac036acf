/** Numbers that JSON cannot hold exactly are refused wherever JSON is an input, and no other number changes. */
import fc from 'fast-check';
import { getNamedType, isInputObjectType } from 'graphql';
import { withExactNumbers } from '../../../src/value/exactNumber.ts';
import { capitalized, mutations } from '../../schema/shape.ts';
import { ACTS } from '../../security/acts.ts';
import { test as it } from '../../security/cast.ts';
import { openSocket } from '../../support/rawSocket.ts';
import { describe, expect } from '../../support/test.ts';

/** Stands for the number in a JSON text. JSON.stringify cannot spell the numbers of this test. */
const PLACE = '@number';
const spelled = (body: unknown, number: string) =>
  JSON.stringify(body).replaceAll(JSON.stringify(PLACE), number);

const MUTATION = `mutation Log($input: LogAgentActionInput!) {
  logAgentAction(input: $input) {
    __typename
    ... on LogAgentActionPayload { action { metadata } }
    ... on InvalidInputError { issues { path message } }
  }
}`;

const INEXACT = [
  '9007199254740992',
  '-9007199254740993',
  '123456789012345678901234567890',
  '9007199254740992.5',
  '1e400',
  '-1.5E+309',
  '1e-400',
];
const EXACT = [
  '9007199254740991',
  '-9007199254740991',
  '0.1',
  '-0.5e-7',
  '1.7976931348623157e308',
  '5e-324',
  '1e20',
  '0e999',
];

const refusal = (path: string) => ({
  __typename: 'InvalidInputError',
  issues: [{ path, message: expect.stringContaining('must be a number that JSON holds exactly') }],
});

describe.each(INEXACT)('the number %s', (number) => {
  const metadata = { limits: [{ fine: 1, large: PLACE }] };

  it('is refused in variables over HTTP, with its path', async ({ cast }) => {
    const input = { agentId: cast.agents.own.id, action: 'push', outcome: 'ALLOWED', metadata };
    const response = await cast.agents.own.raw(spelled({ query: MUTATION, variables: { input } }, number));
    expect((await response.json()).data.logAgentAction).toEqual(refusal('metadata.limits.0.large'));
  });

  it('is refused in variables over WebSocket, with its path', async ({ app, cast }) => {
    const input = { agentId: cast.agents.own.id, action: 'push', outcome: 'ALLOWED', metadata };
    const socket = await openSocket(app.url, { authorization: `Bearer ${cast.tokens.agent}` });
    socket.sendText(
      spelled({ id: '1', type: 'subscribe', payload: { query: MUTATION, variables: { input } } }, number),
    );
    const answer = await socket.next(({ id }) => id === '1');
    expect(answer?.payload).toEqual({ data: { logAgentAction: refusal('metadata.limits.0.large') } });
    await socket.close();
  });

  it('is refused as a literal, with its path', async ({ cast }) => {
    const literal = `{ agentId: "${cast.agents.own.id}", action: "push", outcome: ALLOWED, metadata: { limits: [{ large: ${number} }] } }`;
    const query = MUTATION.replace('($input: LogAgentActionInput!)', '').replace('$input', literal);
    const response = await cast.agents.own.raw({ query });
    expect((await response.json()).data.logAgentAction).toEqual(refusal('metadata.limits.0.large'));
  });
});

it.for(EXACT)('the number %s is stored unchanged', async (number, { cast }) => {
  const input = {
    agentId: cast.agents.own.id,
    action: 'push',
    outcome: 'ALLOWED',
    metadata: { number: PLACE },
  };
  const response = await cast.agents.own.raw(spelled({ query: MUTATION, variables: { input } }, number));
  const { logAgentAction } = (await response.json()).data;
  expect(logAgentAction.action.metadata.number).toBe(Number(number));
});

it('lists twenty of the numbers that an input cannot have', async ({ cast }) => {
  const metadata = { numbers: Array.from({ length: 1_000 }, () => PLACE) };
  const input = { agentId: cast.agents.own.id, action: 'push', outcome: 'ALLOWED', metadata };
  const response = await cast.agents.own.raw(spelled({ query: MUTATION, variables: { input } }, '1e400'));
  expect((await response.json()).data.logAgentAction.issues).toHaveLength(20);
});

/** The JSON fields of every mutation's input. */
const FIELDS = mutations.flatMap(({ name, args: [input] }) => {
  const type = input && getNamedType(input.type);
  return isInputObjectType(type)
    ? Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name === 'JSON')
        .map((field) => [name, field.name] as const)
    : [];
});

it('finds the JSON fields of the inputs', () => {
  expect(FIELDS.length).toBeGreaterThan(10);
});

it.for(FIELDS)('%s refuses a number that is not exact in `%s`', async ([mutation, field], { cast }) => {
  const act = Object.keys(ACTS).find((name) => name.split(':')[0] === mutation) ?? '';
  const input = { ...(await ACTS[act]?.(cast, 'owner')), [field]: { number: PLACE } };
  const query = `mutation Act($input: ${capitalized(mutation)}Input!) {
    ${mutation}(input: $input) { __typename ... on InvalidInputError { issues { path message } } }
  }`;
  const response = await cast.clients.owner.raw(spelled({ query, variables: { input } }, '9007199254740993'));
  expect((await response.json()).data[mutation]).toEqual(refusal(`${field}.number`));
});

it('a number in another place than JSON is an error of its type', async ({ cast }) => {
  const query = 'query Page($first: Int) { viewer { organizations(first: $first) { totalCount } } }';
  const response = await cast.clients.owner.raw(spelled({ query, variables: { first: PLACE } }, '1e400'));
  expect((await response.json()).errors[0].extensions.code).toBe('BAD_USER_INPUT');
});

it('a JSON text whose numbers are exact stays as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 2), (value, space) => {
      const hasLargeIntegers = /(?<![\d.e+-])-?\d{16,}(?![\d.]*e)/.test(JSON.stringify(value));
      fc.pre(!hasLargeIntegers);
      const text = JSON.stringify(value, null, space);
      expect(withExactNumbers(text)).toBe(text);
    }),
  );
});

it.each([
  ['{"a":"1e400 \\" 9007199254740993"}', '{"a":"1e400 \\" 9007199254740993"}'],
  ['{"1e400":1e400}', '{"1e400":1e999}'],
  ['["\\\\",1e400,"\\\\\\"",-12345678901234567890]', '["\\\\",1e999,"\\\\\\"",1e999]'],
  [' 1e400 ', ' 1e999 '],
  ['{"a":1e400', '{"a":1e400'],
  ['[0012345678901234567890]', '[0012345678901234567890]'],
])('%s becomes %s', (text, expected) => {
  expect(withExactNumbers(text)).toBe(expected);
});
