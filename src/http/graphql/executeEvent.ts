/** Executes one event of a subscription as if it were a request of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { initContextCache } from '@pothos/core';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../../context.ts';
import { onAccount } from '../../database/account.ts';
import { isUnavailable } from '../../database/sqlError.ts';
import { type BackoffLimits, backoffMs } from '../../load/backoff.ts';
import { isBusy } from '../../load/busy.ts';
import { type RunningLimits, startOperation } from '../../load/operation.ts';
import type { SourceEvent } from '../../resolvers/kit/subscribe.ts';
import type { Moment } from '../../schema/feed/entityReads.ts';
import { executeOperation } from './execution/useExecution.ts';
import { during } from './running.ts';
import { startPosition } from './startPosition.ts';

const PAUSE: BackoffLimits = { minMs: 50, maxMs: 1_000 };
/** How long an event waits while this process is too busy to read it. */
const MAX_BUSY_MS = 10_000;
/** How long one attempt to read an event waits for a connection. */
const ATTEMPT_MS = 3_000;

/** What the events of a subscription are executed with. */
export type EventExecution = { args: ExecutionArgs; limits: RunningLimits; log: Logger };

/** @property moment when the objects of the event were read; undefined when it has none. */
export type EventResult = { result: ExecutionResult; moment: Moment | undefined };

/**
 * An event whose objects cannot be read waits, and so do the events after it: for as long as the database is away, and
 * for some seconds while this process is too busy. A longer wait would keep what the events of the connection hold.
 *
 * @returns undefined when the subscriber left meanwhile, or was sent away.
 */
export async function executeEvent(
  event: SourceEvent,
  execution: EventExecution,
  signal: AbortSignal,
): Promise<EventResult | undefined> {
  let waitingSince = performance.now();
  for (let failures = 1; ; failures += 1) {
    const { executed, reason } = await attempt(event, execution, signal);
    if (signal.aborted) return undefined;
    if (!reason) return executed;
    if (failures === 1) execution.log.debug({ err: reason }, 'an event waits for the database');
    const now = performance.now();
    // The time in which the database was away does not count.
    if (!isBusy(reason)) waitingSince = now;
    else if (now + ATTEMPT_MS > waitingSince + MAX_BUSY_MS) {
      event.overloaded();
      return undefined;
    }
    await sleep(backoffMs(failures, PAUSE), undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
  }
}

/** @returns `reason` when the database was away or this process too busy, and the execution should be repeated. */
async function attempt(
  event: SourceEvent,
  { args, limits }: EventExecution,
  leaving: AbortSignal,
): Promise<{ executed?: EventResult; reason?: unknown }> {
  try {
    const context = args.contextValue as Context;
    const position = await startPosition(args.document, context);
    // Each event gets a context with caches of its own. The subscription's context lives as long as the subscription: with
    // its caches, the last event would show what was loaded for the first.
    const operation = startOperation(limits, leaving);
    const objects = event.change instanceof Error ? undefined : event.objects.event(event.change);
    const { document } = args;
    const contextValue = { ...context, ...initContextCache(), ...position, document, operation, objects };
    let moment: Moment | undefined;
    const result = await onAccount({ name: accountOf(event, context), waitMs: ATTEMPT_MS }, () =>
      during(operation, () => executeOperation({ ...args, rootValue: event, contextValue })),
    ).finally(() => {
      moment = objects?.end(operation.hasRead());
    });
    const failed = result.errors?.find(({ originalError }) => isTemporary(originalError));
    return { executed: { result, moment }, reason: failed?.originalError };
  } catch (error) {
    if (isTemporary(error)) return { reason: error };
    const originalError = error instanceof Error ? error : new Error(String(error));
    const errors = [new GraphQLError(originalError.message, { originalError })];
    return { executed: { result: { data: null, errors }, moment: undefined } };
  }
}

function isTemporary(error: unknown): boolean {
  return isUnavailable(error) || isBusy(error);
}

/** The organization's, whose subscribers share what is read. */
function accountOf({ change }: SourceEvent, { viewer }: Context): string {
  return change instanceof Error ? viewer.id : change.organizationId;
}
