/** Inputs with lists of a hundred thousand faulty entries: the server refuses the list, and lists no entry. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget, type Target } from '../../support/attack/target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

describe('an input with tens of thousands of faults', () => {
  const INPUTS: Record<string, object> = {
    'names of environment variables': {
      query: `mutation($input: ImportOrgInput!) { importOrg(input: $input) {
        __typename ... on InvalidInputError { issues { path message } }
      } }`,
      variables: {
        input: {
          organizationId: 'x',
          source: { yaml: 'name: x' },
          environment: Array.from({ length: 100_000 }, () => '-'),
        },
      },
    },
    'names of plugins': {
      query: `mutation($input: CreateWorkspaceInput!) { createWorkspace(input: $input) {
        __typename ... on InvalidInputError { issues { path message } }
      } }`,
      variables: {
        input: { organizationId: 'x', name: 'x', plugins: Array.from({ length: 100_000 }, () => '') },
      },
    },
  };

  it.each(Object.keys(INPUTS))('(%s) is answered with one of them', async (name) => {
    const answers: { data: Record<string, { __typename: string; issues: object[] }> }[] = [];
    await target.withstands(async () => {
      for (let n = 0; n < 3; n += 1) {
        const response = await fetch(`${target.url}/graphql`, {
          method: 'POST',
          headers: { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' },
          body: JSON.stringify(INPUTS[name]),
        });
        answers.push(await response.json());
      }
    });
    for (const { data } of answers) {
      const [answer] = Object.values(data);
      expect(answer?.__typename).toBe('InvalidInputError');
      expect(answer?.issues).toHaveLength(1);
    }
  });
});
