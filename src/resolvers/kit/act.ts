import { z } from 'zod';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import type { Act } from '../../services/act/act.ts';
import { hashInput } from '../../services/act/idempotency.ts';
import { text, validate } from '../../services/act/input.ts';
import { recordRefusal } from '../../services/agent/agentAction.ts';

const keyInput = z.object({ idempotencyKey: text(1, 255).nullish() });

/**
 * Does what a mutation asks for. What an agent is refused is in its action log.
 *
 * @param fields what the service takes, and checks: here only together with a bad key, so that every issue is told at once
 */
export async function acting<Result>(
  context: Context,
  mutation: string,
  input: { idempotencyKey?: string | null },
  work: (act: Act) => Promise<Result>,
  fields: z.ZodType = z.object({}),
): Promise<Result> {
  try {
    return await work(actOf(context, mutation, input, fields));
  } catch (error) {
    if (error instanceof UserError) await recordRefusal(context, mutation, error);
    throw error;
  }
}

/** The act that a mutation asks for: who asks, with what at hand, and under which key, if it is to happen once. */
function actOf(
  { viewer, requestId, db, pullRequestSource, jobs, runtime }: Context,
  mutation: string,
  input: { idempotencyKey?: string | null },
  fields: z.ZodType,
): Act {
  const key = keyInput.safeParse(input);
  const { idempotencyKey } = key.success ? key.data : validate(z.intersection(keyInput, fields), input);
  return {
    viewer,
    requestId,
    db,
    pullRequestSource,
    jobs,
    runtime,
    once: idempotencyKey
      ? {
          key: idempotencyKey,
          // Not before it is asked for: the service first refuses what is too deep to be walked.
          get inputHash() {
            return hashInput(mutation, input);
          },
        }
      : undefined,
  };
}
