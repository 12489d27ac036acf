/** The objects that subscriptions want to read. */
import type { Change } from '../../feed/log/change.ts';
import { keyOf, type Selection, type Wanted } from './snapshot.ts';

/** Objects of one type that events are about. */
export type Want = Omit<Selection, 'organizationId'> & {
  /** Returns the UUIDs of all objects of the type that a change is about. */
  idsOf(change: Change): (string | undefined)[];
  /** What the events of the given changes need besides. */
  others?(changes: readonly Change[]): Want[];
};

/** A subscription, for what is read for its events. */
export type Reader = {
  organizationId: string;
  /** The change that waits to be delivered. */
  expected?: Change;
  /** The changes after it, as far as they are in memory. */
  upcoming(): readonly Change[];
  /** What its events have needed so far, by the key of the selection. */
  wants: Map<string, Want>;
  /** Whether its last event read more. Then the next one needs a newer snapshot, and looking ahead would be in vain. */
  readsMore: boolean;
  /** Whether it waits for a snapshot. */
  isReading: boolean;
};

/** @property key of the selection. */
export type Request = { key: string; want: Want; id: string };

/** @returns the key of its selection */
export function remember(own: Reader, want: Want): string {
  const key = keyOf({ ...want, organizationId: own.organizationId });
  own.wants.set(key, want);
  return key;
}

export function wantedBy(own: Reader, requests: readonly Request[]): Wanted {
  const wanted: Wanted = new Map();
  for (const { key, want, id } of requests) add(wanted, key, own, want, id);
  return wanted;
}

/** @returns whether the object is new among them */
export function add(
  wanted: Wanted,
  key: string,
  { organizationId }: Reader,
  { modelName, query }: Want,
  id: string,
) {
  const entry = wanted.get(key) ?? { selection: { organizationId, modelName, query }, ids: new Set() };
  wanted.set(key, entry);
  const { size } = entry.ids;
  return entry.ids.add(id).size > size;
}

export function sizeOf(wanted: Wanted): number {
  return [...wanted.values()].reduce((sum, { ids }) => sum + ids.size, 0);
}
