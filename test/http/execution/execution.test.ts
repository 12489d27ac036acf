/** The executor returns what `execute` of graphql returns. */
import fc from 'fast-check';
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute as executeOfGraphQL,
  getIntrospectionQuery,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/http/graphql/execution/execute.ts';
import { randomDocument, VARIABLES } from './randomDocument.ts';
import { type Script, schema } from './schema.ts';

const RUNS = 500;
/** A random document need not use everything that it declares, and may select different fields by one name. */
const LIFTED = [NoUnusedFragmentsRule, NoUnusedVariablesRule, OverlappingFieldsCanBeMergedRule];
const RULES = specifiedRules.filter((rule) => !LIFTED.includes(rule));

const variables = fc.record(
  { skip: fc.boolean(), include: fc.boolean(), text: fc.constantFrom(null, 'text'), number: fc.nat() },
  { requiredKeys: [] },
);

const asJson = ({ data, errors }: ExecutionResult) =>
  JSON.parse(JSON.stringify({ data, errors: errors ?? [] }));

function both(args: Omit<ExecutionArgs, 'schema'>) {
  return Promise.all([execute({ schema, ...args }), executeOfGraphQL({ schema, ...args })]);
}

describe.each([
  ['are there at once', false],
  ['come later', true],
])('when values %s', (_when, isAsync) => {
  it('random documents have the data and the errors of graphql', async () => {
    let documents = 0;
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), variables, variables, async (seed, first, second) => {
        const document = parse(randomDocument(seed));
        if (validate(schema, document, RULES).length > 0) return;
        documents += 1;
        // The second time, it is executed as it was planned for the first.
        for (const variableValues of [first, second]) {
          const args = { schema, document, variableValues, rootValue: {} };
          const own = asJson(await execute({ ...args, contextValue: { seed, isAsync } satisfies Script }));
          // Executed with promises, graphql leaves some behind whose rejection nothing handles.
          const other = asJson(
            await executeOfGraphQL({ ...args, contextValue: { seed, isAsync: false } satisfies Script }),
          );
          expect(own.data).toEqual(other.data);
          failures += other.errors.length;
          // Which of several errors nulls their common parent depends on which comes first.
          if (isAsync) expect(own.errors.length > 0).toBe(other.errors.length > 0);
          else expect(own.errors).toEqual(other.errors);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(documents).toBeGreaterThan(RUNS / 4);
    expect(failures).toBeGreaterThan(RUNS / 4);
  });
});

it('introspection has the same answer', async () => {
  const [own, other] = await both({ document: parse(getIntrospectionQuery()) });
  expect(asJson(own)).toEqual(asJson(other));
});

describe('an operation is refused as by graphql', () => {
  it.for<[string, string, Partial<ExecutionArgs>]>([
    [
      'with a variable of another type',
      `query Q${VARIABLES} { echo(text: $text) }`,
      { variableValues: { text: {} } },
    ],
    ['without a required variable', 'query Q($n: Int!) { echo(number: $n) }', {}],
    ['of an unknown name', 'query Q { name }', { operationName: 'Other' }],
    ['without a name among several', 'query A { name } query B { name }', {}],
    ['in a document without any', 'fragment F on Query { name }', {}],
    ['of a type that the schema lacks', 'subscription { name }', {}],
  ])('%s', async ([, text, args]) => {
    const [own, other] = await both({ document: parse(text), ...args });
    expect(other.errors?.length).toBeGreaterThan(0);
    expect(asJson(own).errors).toEqual(asJson(other).errors);
    expect('data' in own).toBe('data' in other);
  });
});

it('the operation with the given name is executed', async () => {
  const document = parse('query A { a: __typename } query B { b: __typename }');
  const [own] = await both({ document, operationName: 'B' });
  expect(own).toEqual({ data: { b: 'Query' } });
});

it('each leaf of the answer is weighed once, with its name in the answer', async () => {
  const weighed: [string, unknown][] = [];
  const document = parse('{ __typename type: __typename }');
  await execute({ schema, document }, (key, value) => weighed.push([key, value]));
  expect(weighed).toEqual([
    ['__typename', 'Query'],
    ['type', 'Query'],
  ]);
});
