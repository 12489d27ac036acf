/** How a subscription field listens: who may, to which changes, and what a broken cursor says. */
import { GraphQLError } from 'graphql';
import type { Carrier, Context, Seat } from '../../context.ts';
import { NotFoundError } from '../../errors.ts';
import type { ChangeStream } from '../../feed/follow/stream.ts';
import type { Change } from '../../feed/log/change.ts';
import { id } from '../../globalId.ts';
import type { ChangeTypeName } from '../../schema/feed/change.ts';
import { publicError } from '../feed/changePage.ts';

/** What a subscription's source hands to its field: a change, or why there will be none any more. */
export type Heard = Change | Error;

type Listening = {
  organizationId: string;
  after?: string | null;
  /** Only changes of these types; all without it. */
  types?: readonly ChangeTypeName[] | null;
  /** UUIDs, as far as a filter was given: only changes that concern every one of them. */
  about?: (string | undefined)[];
};

/** How many changes ahead the things that events are about are read at once. */
const AHEAD = 100;

export async function listen(context: Context, listening: Listening): Promise<AsyncIterable<Heard>> {
  const organizationId = id('Organization', listening.organizationId);
  const { code, message } = new NotFoundError();
  if (!context.viewer.roles.has(organizationId)) throw new GraphQLError(message, { extensions: { code } });

  const types = listening.types && new Set<string>(listening.types);
  const about = (listening.about ?? []).filter((uuid) => uuid !== undefined);
  const seat = carrierOf(context).admit();
  try {
    const stream = await context.feed.open({
      organizationId,
      after: context.carrier?.resumeAfter ?? listening.after ?? undefined,
      matches: (change) =>
        (!types || types.has(change.type)) && about.every((uuid) => change.subjects.includes(uuid)),
    });
    seat.carry(stream, organizationId);
    context.upcoming = () => stream.upcoming(AHEAD);
    return delivered(stream, seat);
  } catch (error) {
    seat.leave();
    throw publicError(error);
  }
}

function carrierOf({ carrier }: Context): Carrier {
  if (!carrier) throw new Error('A subscription came over a transport that carries none.');
  return carrier;
}

/**
 * The stream as its connection can take it. An error under way is told as a last result; thrown from the source, it
 * would end the whole socket.
 * (No async generator: its `return` would wait for the next change before it ends.)
 */
function delivered(stream: ChangeStream, seat: Seat): AsyncIterableIterator<Heard, undefined> {
  const ended = async (): Promise<IteratorResult<Heard, undefined>> => {
    seat.leave();
    return await stream.return();
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const result = await stream.next();
        if (result.done) return await ended();
        await seat.room(result.value);
        return result;
      } catch (error) {
        await ended();
        return { done: false, value: error instanceof Error ? error : new Error(String(error)) };
      }
    },
    return: ended,
    async throw(error) {
      await ended();
      throw error;
    },
  };
}

/** The change that a subscription field resolves to. */
export function heard(source: Heard): Change {
  if (source instanceof Error) throw publicError(source);
  return source;
}

/** The UUID a filter argument names; undefined when the filter was not given. */
export function filterId(type: string, raw: string | null | undefined): string | undefined {
  return raw == null ? undefined : id(type, raw);
}
