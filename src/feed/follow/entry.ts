/** Finds where a new stream starts. */
import { type Cursor, decodeCursor } from '../log/cursor.ts';
import { CursorExpiredError, InvalidCursorError } from '../log/error.ts';
import { type Bounds, oldestCursor } from '../log/head.ts';
import type { Channel } from './channel.ts';
import type { Hub, Membership } from './hub.ts';

/** A place in a channel from which a stream can start. The caller must `leave`. */
export type Entry = Membership & {
  position: number;
  /** The stream is live once it has passed this position. */
  liveAt: number;
};

/**
 * Joins an organization at the position of a cursor, or at the head without one.
 *
 * @param readBounds reads the stored range after the call.
 * @throws {InvalidCursorError} for a cursor that was never issued.
 * @throws {CursorExpiredError} for a cursor whose next changes are no longer stored, or of another epoch.
 */
export async function enter(
  hub: Hub,
  readBounds: () => Promise<Bounds>,
  organizationId: string,
  after: string | undefined,
): Promise<Entry> {
  for (;;) {
    const membership = await hub.join(organizationId);
    const { channel, leave } = membership;
    try {
      const { epoch, ...start } = await startIn(channel, hub, readBounds, after);
      if (epoch === channel.epoch && !channel.failure()) return { ...membership, ...start };
      // The epoch changed while the organization was joined. Reading the head ends its channel, and joining again opens
      // a new one.
      await hub.readHead();
    } catch (error) {
      leave();
      throw error;
    }
    leave();
  }
}

async function startIn(
  channel: Channel,
  hub: Hub,
  readBounds: () => Promise<Bounds>,
  after: string | undefined,
) {
  if (after === undefined) {
    const { position, epoch } = await hub.readHead();
    return { position, liveAt: position, epoch };
  }
  const cursor = decodeCursor(after);
  // After a restart, many clients resume at once from recent cursors. The channel serves them without the database.
  if (cursor?.epoch === channel.epoch && channel.covers(cursor.position)) {
    const liveAt = channel.checked();
    if (cursor.position <= liveAt) return { position: cursor.position, liveAt, epoch: channel.epoch };
  }
  const bounds = await readBounds();
  return { ...validCursor(bounds, cursor), liveAt: bounds.head.position };
}

/**
 * Returns the cursor if the changes after it are stored.
 *
 * @param cursor undefined for a text that does not decode.
 * @throws {InvalidCursorError} and {CursorExpiredError} as `enter` does.
 */
export function validCursor(bounds: Bounds, cursor: Cursor | undefined): Cursor {
  const { oldest, head } = bounds;
  if (!cursor) throw new InvalidCursorError(oldestCursor(bounds));
  if (cursor.epoch !== head.epoch) throw new CursorExpiredError(oldestCursor(bounds));
  if (cursor.position > head.position) throw new InvalidCursorError(oldestCursor(bounds));
  if (cursor.position < oldest - 1) throw new CursorExpiredError(oldestCursor(bounds));
  return cursor;
}
