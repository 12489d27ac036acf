/** The result of a mutation: its payload or one of its errors. */

type Outcome = { __typename: string };
/** Null when a field of the payload failed. */
type Answer<Result> = Result | null;
type Payload<Result extends Outcome> = Extract<Result, { __typename: `${string}Payload` }>;
type Refusal<Result extends Outcome> = Extract<Result, { __typename: `${string}Error` }>;

/** The payload; throws when the mutation was refused. */
export function succeeded<Result extends Outcome>(result: Answer<Result>): Payload<Result> {
  if (hasSucceeded(result)) return result;
  throw new Error(`The mutation was refused: ${JSON.stringify(result)}`);
}

/** The error; throws when the mutation succeeded. */
export function refused<Result extends Outcome>(result: Answer<Result>): Refusal<Result> {
  if (result && !hasSucceeded(result)) return result as Refusal<Result>;
  throw new Error(`The mutation was not refused: ${JSON.stringify(result)}`);
}

export function hasSucceeded<Result extends Outcome>(result: Answer<Result>): result is Payload<Result> {
  return result?.__typename.endsWith('Payload') ?? false;
}

/** The payload of a mutation that is expected to succeed: the member of its union that has this field. */
export function payloadOf<Result extends object, Key extends string>(
  result: Answer<Result>,
  key: Key,
): Extract<Result, Record<Key, unknown>> {
  if (result && key in result) return result as Extract<Result, Record<Key, unknown>>;
  throw new Error(`The mutation was refused: ${JSON.stringify(result)}`);
}
