import { z } from 'zod';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import type { Act } from '../../services/act/act.ts';
import { hashInput } from '../../services/act/idempotency.ts';
import { text, validate } from '../../services/act/input.ts';
import { recordRefusal } from '../../services/agent/agentAction.ts';

type Input = { idempotencyKey?: string | null };

const keyInput = z.object({ idempotencyKey: text(1, 255).nullish() });

/**
 * Runs the act of a mutation. A refusal is recorded in the action log of the agent that sent the mutation.
 *
 * @param schema the service's input schema. The service checks it. It is checked here only when the idempotency key is
 * invalid, so that all issues are returned at once.
 */
export async function runAct<Result>(
  context: Context,
  mutation: string,
  input: Input,
  schema: z.ZodType | undefined,
  run: (act: Act) => Promise<Result>,
): Promise<Result> {
  const { operation } = context;
  operation?.act();
  try {
    return await run(createAct(context, mutation, input, schema));
  } catch (error) {
    if (error instanceof UserError) await recordRefusal(context, mutation, error);
    throw error;
  } finally {
    operation?.acted();
  }
}

function createAct(
  { viewer, requestId, db, pullRequestSource, jobs, runtime, quotas }: Context,
  mutation: string,
  input: Input,
  schema: z.ZodType = z.object({}),
): Act {
  const key = keyInput.safeParse(input);
  const { idempotencyKey } = key.success ? key.data : validate(z.intersection(keyInput, schema), input);
  return {
    viewer,
    requestId,
    db,
    pullRequestSource,
    jobs,
    runtime,
    quotas,
    once: idempotencyKey
      ? {
          key: idempotencyKey,
          // A getter: the hash walks the input recursively, and the service refuses one that is nested too deep first.
          get inputHash() {
            return hashInput(mutation, input);
          },
        }
      : undefined,
  };
}
