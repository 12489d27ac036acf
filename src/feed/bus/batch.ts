import { type Change, type ChangeJson, changeFromJson } from '../log/change.ts';

/** The changes of one organization in one batch of the sequencer, as the sequencer publishes them. */
export type SequencedBatch = {
  epoch: string;
  /** UUID. */
  organizationId: string;
  /** The organization has no change between this position and `first`. Usually the position of its change before. */
  previous: number;
  /** The position of the batch's first change. */
  first: number;
  last: number;
  count: number;
  /** The changes as a JSON array. Absent when they are too large for a message: subscribers read them from the log. */
  events?: string;
};

/** A batch as a subscriber receives it. */
export type Batch = Omit<SequencedBatch, 'count' | 'events'> & {
  changes?: Change[];
  /** Size of the whole message. */
  bytes: number;
};

/** The message on the bus, as JSON: `{ epoch, organization, previous, first, last, events? }`. */
export function encodeBatch(batch: SequencedBatch): string {
  const { epoch, organizationId: organization, previous, first, last } = batch;
  const head = JSON.stringify({ epoch, organization, previous, first, last });
  // PostgreSQL returns the events as JSON already, so they are appended without parsing.
  return batch.events === undefined ? head : `${head.slice(0, -1)},"events":${batch.events}}`;
}

type BatchMessage = {
  epoch: string;
  organization: string;
  previous: number;
  first: number;
  last: number;
  events?: ChangeJson[];
};

/** Returns undefined for a malformed message: any client of Redis can publish to a channel. */
export function decodeBatch(message: string): Batch | undefined {
  try {
    const { epoch, organization, previous, first, last, events } = JSON.parse(message) as BatchMessage;
    if (![previous, first, last].every(Number.isSafeInteger)) return undefined;
    // A truncated batch would mark positions up to `last` as known and so lose the changes it lacks.
    if (events && events.at(-1)?.position !== last) return undefined;
    return {
      epoch,
      organizationId: organization,
      previous,
      first,
      last,
      changes: events?.map((event) => changeFromJson(event, epoch)),
      bytes: message.length,
    };
  } catch {
    return undefined;
  }
}
