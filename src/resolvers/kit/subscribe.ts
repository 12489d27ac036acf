/** The source stream of every subscription field: authorization, the matching changes, and errors during the stream. */
import { GraphQLError } from 'graphql';
import type { Context, SubscriptionSlot, SubscriptionTransport } from '../../context.ts';
import { NotFoundError } from '../../errors/errors.ts';
import type { Follower, Place } from '../../feed/follow/lead.ts';
import type { ChangeStream } from '../../feed/follow/stream.ts';
import type { Change } from '../../feed/log/change.ts';
import type { ActorFilter } from '../../feed/log/filter.ts';
import type { SubscriptionObjects } from '../../schema/feed/entityReads.ts';
import { publicError } from './publicError.ts';

/** An event of a source stream: a change, or the error that ends the subscription. */
export type SourceEvent = {
  change: Change | Error;
  /** Reads the objects of the subscription's events. */
  objects: SubscriptionObjects;
  /** Ends the connection, because this process is too busy to read the event. */
  overloaded(): void;
};

/** The events of one subscription. */
export type SourceStream = AsyncIterableIterator<SourceEvent, undefined> & {
  /**
   * Whenever the stream is in step, its group may deliver the changes to the slot in its place. `next` waits meanwhile.
   *
   * @param join see `Lead`.
   */
  share(join: (follower: Follower, slot: SubscriptionSlot) => Place | undefined): void;
};

type SubscribeOptions = {
  organizationId: string;
  after?: string | null;
  /** Only changes of these types are delivered, and read from the log. Default: all. */
  types?: readonly string[] | null;
  /** UUIDs of rows. Only changes that concern all of them are delivered. Null or undefined: the filter was not given. */
  about?: (string | null | undefined)[];
  /** UUID. Only changes of this row. */
  entityId?: string;
  actor?: ActorFilter;
};

/** @throws {GraphQLError} NOT_FOUND, CURSOR_EXPIRED, INVALID_CURSOR, or the transport's refusal. */
export async function subscribe(
  context: Context,
  { organizationId, after, types, about = [], entityId, actor }: SubscribeOptions,
): Promise<SourceStream> {
  if (!context.viewer.roles.has(organizationId)) throw notFound();

  const uuids = about.filter((uuid) => uuid != null);
  const transport = transportOf(context);
  const slot = transport.reserve(context.cost ?? 0);
  try {
    const stream = await context.feed.open({
      organizationId,
      after: transport.resumeAfter ?? after ?? undefined,
      // Sorted and without repeats, so that streams with the same types share their reads of the log.
      types: types ? [...new Set(types)].sort() : undefined,
      matches: (change) =>
        uuids.every((uuid) => change.subjects.includes(uuid)) &&
        (entityId === undefined || change.entityId === entityId) &&
        (actor === undefined || (change.actor.kind === actor.kind && change.actor.id === actor.id)),
    });
    return sourceStream(stream, slot, slot.attach(stream, organizationId));
  } catch (error) {
    slot.release();
    throw publicError(error);
  }
}

function notFound(): GraphQLError {
  const { code, message, field } = new NotFoundError('organizationId');
  return new GraphQLError(message, { extensions: { code, field } });
}

function transportOf({ subscriptionTransport }: Context): SubscriptionTransport {
  if (!subscriptionTransport) throw new Error('This transport carries no subscriptions.');
  return subscriptionTransport;
}

/**
 * Delivers the stream as fast as its connection accepts it. An error becomes the last event: thrown from the source, it
 * would close the whole socket. Not an async generator, because its `return` would wait for the next change.
 */
function sourceStream(
  stream: ChangeStream,
  slot: SubscriptionSlot,
  objects: SubscriptionObjects,
): SourceStream {
  const { overloaded } = slot;
  const end = async () => {
    slot.release();
    await stream.return();
    return { done: true, value: undefined } as const;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const { done, value: change } = await stream.next();
        if (done) return await end();
        await slot.ready(change);
        return { done: false, value: { change, objects, overloaded } };
      } catch (error) {
        await end();
        return { done: false, value: { change: asError(error), objects, overloaded } };
      }
    },
    return: end,
    share: (join) => stream.follow({ join: (follower) => join(follower, slot) }),
    async throw(error) {
      await end();
      throw error;
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The `resolve` of every subscription field. @throws the error that ends the subscription */
export function resolveChange({ change }: SourceEvent): Change {
  if (change instanceof Error) throw publicError(change);
  return change;
}
