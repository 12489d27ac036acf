/**
 * Finds PostgreSQL's error in an error of Prisma's or of node-postgres. Rules live in the database: a service learns from the constraint's
 * name which one was violated.
 */
import pg from 'pg';
import { Prisma } from '../../prisma/client/client.ts';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const LOCK_NOT_AVAILABLE = '55P03';
const CHECK_VIOLATION = '23514';
export const QUERY_CANCELED = '57014';
/** Of a prepared statement whose result a migration has changed. Its connection is replaced. */
const FEATURE_NOT_SUPPORTED = '0A000';
/** Prisma's code for a transaction that did not start or end in time. Prisma rolls it back. */
const TRANSACTION_TIMEOUT = 'P2028';

/** SQLSTATE classes and codes: connection failed, server shutting down, too many connections. */
const UNAVAILABLE_STATE = /^(08|57P|53300)/;
const UNAVAILABLE_KINDS = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'];
/** Codes of Node.js and Prisma. Errors that pg raises itself have a message only. */
const UNAVAILABLE_CODE = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|P1001|P1017)/;
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout)/;

/** A name in the quotation marks of any language: "name", »name«, « name ». */
const QUOTED = /(?:"|[«»„“「]\s*)(\w+)(?:"|\s*[»«“”」])/g;

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

/** The SQLSTATE, if the database raised the error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : adapterCause(error)?.originalCode;
}

/** The name of the constraint or unique index that a write violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const cause = adapterCause(error);
  if (cause?.constraint?.index) return cause.constraint.index;
  if (cause?.originalCode !== CHECK_VIOLATION) return undefined;
  // For a CHECK, the driver adapter passes on the message alone. It is in the language of the server (`lc_messages`), and
  // quotes the name of the table, then that of the constraint.
  return [...(cause.originalMessage ?? '').matchAll(QUOTED)].at(-1)?.[1];
}

const RETRYABLE = new Set([SERIALIZATION_FAILURE, DEADLOCK_DETECTED, FEATURE_NOT_SUPPORTED]);

/** Whether the transaction may succeed when it is retried. */
export function isRetryable(error: unknown): boolean {
  // Prisma's code for both, when the commit fails.
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034') return true;
  return RETRYABLE.has(sqlState(error) ?? '');
}

/** Whether a lock was not had in time. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === LOCK_NOT_AVAILABLE;
}

/**
 * Whether a transaction met others too often or for too long: a lock that was not had in time, deadlocks in every
 * attempt, or not enough time for its statements. It was rolled back.
 */
export function isContention(error: unknown): boolean {
  const isOverdue =
    error instanceof Prisma.PrismaClientKnownRequestError && error.code === TRANSACTION_TIMEOUT;
  return isOverdue || isLockTimeout(error) || isRetryable(error) || sqlState(error) === QUERY_CANCELED;
}

/** Whether the database could not be reached, so that the same request may succeed later. */
export function isUnavailable(error: unknown): boolean {
  const { kind = '' } = adapterCause(error) ?? {};
  if (UNAVAILABLE_KINDS.includes(kind) || UNAVAILABLE_STATE.test(sqlState(error) ?? '')) return true;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return UNAVAILABLE_CODE.test(String(code ?? '')) || UNAVAILABLE_MESSAGE.test(String(message ?? ''));
}
