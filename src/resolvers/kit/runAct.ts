import { z } from 'zod';
import type { Context } from '../../context.ts';
import { NotFoundError, UserError } from '../../errors/errors.ts';
import type { Act } from '../../services/act/act.ts';
import { hashInput } from '../../services/act/idempotency.ts';
import { text, validate } from '../../services/act/input.ts';
import { recordRefusal } from '../../services/agent/agentAction.ts';

type Input = { idempotencyKey?: string | null };

const keyInput = z.object({ idempotencyKey: text(1, 255).nullish() });

/**
 * Runs the act of a mutation. A refusal is recorded in the action log of the agent that sent the mutation.
 *
 * @param subject the input field that names what the act is about.
 * @param schema the service's input schema. The service checks it. It is checked here only when the idempotency key is
 * invalid, so that all issues are returned at once.
 */
export async function runAct<Result>(
  context: Context,
  mutation: string,
  input: Input,
  { subject, schema }: { subject: string; schema: z.ZodType | undefined },
  run: (act: Act) => Promise<Result>,
): Promise<Result> {
  const { operation } = context;
  operation?.act();
  try {
    return await naming(subject, () => run(createAct(context, mutation, input, schema)));
  } catch (error) {
    if (error instanceof UserError) await recordRefusal(context, mutation, error);
    throw error;
  } finally {
    operation?.acted();
  }
}

/** Runs an act, or a plan of one, and names the input field in its NOT_FOUND where the service left it open. */
export async function naming<Result>(subject: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof NotFoundError && error.field === null ? new NotFoundError(subject) : error;
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
