import { type Change, type ChangeJson, changeFromJson } from '../log/change.ts';

/** What one act of the sequencer gave one organization, as the sequencer tells it. */
export type SequencedBatch = {
  epoch: string;
  /** UUID. */
  organizationId: string;
  /** The organization has no change after this position and before `first`. Usually that of its last change before. */
  previous: number;
  /** The position of the batch's first change. */
  first: number;
  last: number;
  count: number;
  /** The changes as a JSON array; absent when they are too many to send around: whoever wants them reads the log. */
  events?: string;
};

/** The same as a process receives it. */
export type Batch = Omit<SequencedBatch, 'count' | 'events'> & {
  changes?: Change[];
  /** Of the whole message. */
  bytes: number;
};

/** What goes over the bus, as JSON: `{ epoch, organization, previous, first, last, events? }`. */
export function encodeBatch(batch: SequencedBatch): string {
  const { epoch, organizationId: organization, previous, first, last } = batch;
  const head = JSON.stringify({ epoch, organization, previous, first, last });
  // The events are JSON already, made by PostgreSQL; to parse them here would be in vain.
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

/** Undefined for what is no batch: anybody may publish to a channel. */
export function decodeBatch(message: string): Batch | undefined {
  try {
    const { epoch, organization, previous, first, last, events } = JSON.parse(message) as BatchMessage;
    if (![previous, first, last].every(Number.isSafeInteger)) return undefined;
    // What is known up to there is all that is read: a batch without its end would hide what lies between.
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
