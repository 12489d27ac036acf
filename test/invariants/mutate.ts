import { capitalized } from '../schema/shape.ts';
import type { Client } from '../support/client.ts';

export type Answer = {
  /** The code of the error, or the type of the payload. */
  answer: string;
  /** The paths at which the input is invalid. */
  paths: string[];
};

/** Sends a mutation. Its name may be followed by a colon and what distinguishes a row of ACTS. */
export async function mutate(client: Client, act: string, input: object): Promise<Answer> {
  const [mutation = ''] = act.split(':');
  const response = await client.raw({
    query: `mutation Act($input: ${capitalized(mutation)}Input!) {
      ${mutation}(input: $input) {
        __typename
        ... on UserError { code }
        ... on InvalidInputError { issues { path } }
      }
    }`,
    variables: { input },
  });
  const { data, errors } = await response.json();
  if (errors) return { answer: errors[0].extensions.code, paths: [] };
  const { __typename, code, issues = [] } = data[mutation];
  return { answer: code ?? __typename, paths: issues.map(({ path }: { path: string }) => path) };
}
