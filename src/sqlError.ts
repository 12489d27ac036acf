/**
 * Reads what PostgreSQL said out of what Prisma throws. Rules live in the database; this is how a service learns
 * which one was violated, by its constraint's name.
 */
import { Prisma } from '../prisma/client/client.ts';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

type AdapterCause = {
  originalCode?: string;
  constraint?: { index?: string };
  originalMessage?: string;
};

function adapterCause(error: unknown): AdapterCause | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  const adapterError = error.meta?.driverAdapterError as { cause?: AdapterCause } | undefined;
  return adapterError?.cause;
}

/** The SQLSTATE behind an error of Prisma's, if the database raised it. */
export function sqlState(error: unknown): string | undefined {
  return adapterCause(error)?.originalCode;
}

/** The name of the constraint or unique index that a write violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const cause = adapterCause(error);
  // For a CHECK, the driver adapter passes on the message alone.
  return cause?.constraint?.index ?? cause?.originalMessage?.match(/check constraint "([^"]+)"/)?.[1];
}

/** Whether the same transaction may well succeed when it is run again. */
export function isRetryable(error: unknown): boolean {
  // P2034 is Prisma's own word for both, when it is the commit that fails.
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034') return true;
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
}
