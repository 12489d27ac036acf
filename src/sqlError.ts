/**
 * Reads what PostgreSQL said out of what Prisma throws. Rules live in the database; this is how a service learns
 * which one was violated, by its constraint's name.
 */
import { Prisma } from '../prisma/client/client.ts';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** Classes and codes of SQLSTATE: no connection, the server goes, no connection is free. */
const UNAVAILABLE_STATE = /^(08|57P|53300)/;
const UNAVAILABLE_KINDS = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'];
/** Of Node.js' errors, and of pg's, which have a message only. */
const UNAVAILABLE_CODE =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|P1001|P1017|P2024)/;
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

type AdapterCause = {
  kind?: string;
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

/** Whether the database could not be asked at all, so that the same question may well be answered later. */
export function isUnavailable(error: unknown): boolean {
  const { kind = '', originalCode = '' } = adapterCause(error) ?? {};
  if (UNAVAILABLE_KINDS.includes(kind) || UNAVAILABLE_STATE.test(originalCode)) return true;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return UNAVAILABLE_CODE.test(String(code ?? '')) || UNAVAILABLE_MESSAGE.test(String(message ?? ''));
}
