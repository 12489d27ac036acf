/**
 * Reads the objects that events are about.
 *
 * A snapshot serves all changes that lie ahead, and all subscribers. What one connection delivers never goes back: all of
 * its subscriptions read from the same snapshot, until one of them needs a newer one, which then serves all of them.
 */
import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../database/db.ts';
import type { ChangeStream } from '../../feed/follow/stream.ts';
import type { Change } from '../../feed/log/change.ts';
import { isTooLarge, type RunningLimits } from '../../load/operation.ts';
import type { Row } from '../kit/model.ts';
import { keyOf, type Rows, readAtOnce, type Selection, type Wanted } from './snapshot.ts';

/** Objects of one type that events are about. */
export type Want = Omit<Selection, 'organizationId'> & {
  /** Returns the UUIDs of all objects of the type that a change is about. */
  idsOf(change: Change): (string | undefined)[];
  /** What the events of the given changes need besides. */
  others?(changes: readonly Change[]): Want[];
};

/** The objects of one event. */
export type EventObjects = {
  /** Returns an object that the change is about, at least as new as the change; null if it was deleted. */
  find(want: Want, id: string | undefined): Promise<Row | null>;
  /**
   * The event was executed.
   *
   * @param hasReadMore whether it contains what was read besides, later than its objects.
   * @returns undefined when nothing was read.
   */
  end(hasReadMore: boolean): Moment | undefined;
};

/** When the objects of one event, or of several, were read. */
export type Moment = {
  /** A point of the process's own time. Nothing was read before it. */
  readonly begunAt: number;
  /** All of it had been read by then. */
  readonly endedAt: number;
  /** The one snapshot that all of it is of; 0 when there is none. */
  readonly snapshot: number;
};

/** The objects of one subscription's events. */
export type SubscriptionObjects = {
  /** The change will be delivered next, when it is the subscription's turn. */
  expect(change: Change): void;
  event(change: Change): EventObjects;
  close(): void;
};

/** The objects that one connection delivers, one event at a time. */
export type ConnectionObjects = {
  subscribe(organizationId: string, stream: Pick<ChangeStream, 'upcoming'>): SubscriptionObjects;
  /**
   * Another reader's events are about to be delivered.
   *
   * @returns false when they are older than what was delivered, and must not be.
   */
  accept(moment: Moment): boolean;
};

export type EntityReads = { connect(): ConnectionObjects };

/** The number of upcoming changes of a subscription whose objects are read together. */
const LOOKAHEAD = 100;
/** The most objects that a snapshot is begun with. */
const MAX_OBJECTS = 1_000;
/** The most objects that are kept, in all snapshots together. */
const MAX_KEPT_OBJECTS = 20_000;
/** The selections whose newest snapshot is known. */
const MAX_SELECTIONS = 1_000;

type Snapshot = {
  /** Points of the process's own time, between which the database was read. */
  begunAt: number;
  endedAt: number;
  /** Every change up to this position was committed when the read began. */
  upTo: number;
  wanted: Wanted;
  size: number;
  rows: Promise<Rows>;
};

type Subscription = {
  organizationId: string;
  /** The change that waits to be delivered. */
  expected?: Change;
  /** The changes after it, as far as they are in memory. */
  upcoming(): readonly Change[];
  /** What its events have needed so far, by the key of the selection. */
  wants: Map<string, Want>;
  /** Whether its last event read more. Then the next one needs a newer snapshot, and looking ahead would be in vain. */
  readsMore: boolean;
};

/** The event that is being executed. */
type Turn = { change: Change; isOver(): boolean };

type Request = { key: string; want: Want; id: string };

export function createEntityReads(
  db: Pick<Database, 'prisma' | 'reads'>,
  limits: RunningLimits,
): EntityReads {
  const recent = new LRUCache<number, Snapshot>({
    maxSize: MAX_KEPT_OBJECTS,
    sizeCalculation: ({ size }) => size,
  });
  /** `begunAt` of the newest snapshot of each selection. */
  const newest = new LRUCache<string, number>({ max: MAX_SELECTIONS });
  let time = 0;

  function begin(wanted: Wanted, upTo: number): Snapshot {
    time += 1;
    const size = sizeOf(wanted);
    const rows = readAtOnce(db, wanted, limits);
    const snapshot = { begunAt: time, endedAt: Number.POSITIVE_INFINITY, upTo, wanted, size, rows };
    recent.set(snapshot.begunAt, snapshot);
    for (const key of wanted.keys()) newest.set(key, snapshot.begunAt);
    rows.then(
      () => {
        time += 1;
        snapshot.endedAt = time;
      },
      // Removed, so that the next caller does not get the same failure.
      () => recent.delete(snapshot.begunAt),
    );
    return snapshot;
  }

  function connect(): ConnectionObjects {
    const subscriptions = new Set<Subscription>();
    /** What was delivered last is of this snapshot, and of nothing newer; 0 if it is of something newer. */
    let latest = 0;
    /** All that was delivered had been read by then. */
    let deliveredBy = 0;
    /** The moment of the events that were accepted last, unless the connection has read events of its own since. */
    let accepted: Moment | undefined;

    function find(requests: readonly Request[], { position }: Change): Snapshot | undefined {
      const [first] = requests;
      return [latest, newest.get(first?.key ?? '')]
        .map((begunAt) => recent.get(begunAt ?? 0))
        .find(
          (each) =>
            each &&
            (each.begunAt === latest || each.begunAt > deliveredBy) &&
            each.upTo >= position &&
            requests.every(({ key, id }) => each.wanted.get(key)?.ids.has(id)),
        );
    }

    /** Returns a snapshot that holds the objects, and is no older than what the connection has delivered. */
    async function snapshotFor(
      own: Subscription,
      { change, isOver }: Turn,
      requests: readonly Request[],
    ): Promise<Snapshot> {
      let snapshot = find(requests, change) ?? begin(...ahead(own, change, requests));
      try {
        await snapshot.rows;
      } catch (error) {
        const alone = wantedBy(own, requests);
        if (!isTooLarge(error) || snapshot.size === sizeOf(alone)) throw error;
        snapshot = begin(alone, change.position);
        await snapshot.rows;
      }
      if (!isOver()) delivered(snapshot.begunAt, snapshot.endedAt);
      return snapshot;
    }

    function delivered(snapshot: number, by: number, moment?: Moment): void {
      latest = snapshot;
      deliveredBy = by;
      accepted = moment;
    }

    /** What the event needs, and what the next events of the connection's subscriptions will. */
    function ahead(own: Subscription, change: Change, requests: readonly Request[]): [Wanted, upTo: number] {
      const wanted = wantedBy(own, requests);
      let upTo = change.position;
      let size = sizeOf(wanted);
      for (const each of new Set([own, ...subscriptions])) {
        if (each.readsMore) continue;
        const changes = each.expected ? [each.expected, ...each.upcoming()] : each.upcoming();
        if (each === own) {
          for (const { want } of requests) {
            for (const other of want.others?.(changes) ?? []) remember(own, other);
          }
        }
        for (const next of changes) {
          if (size >= MAX_OBJECTS) return [wanted, upTo];
          upTo = Math.max(upTo, next.position);
          for (const [key, want] of each.wants) {
            for (const id of want.idsOf(next)) if (id && add(wanted, key, each, want, id)) size += 1;
          }
        }
      }
      return [wanted, upTo];
    }

    return {
      subscribe(organizationId, stream) {
        const own: Subscription = {
          organizationId,
          upcoming: () => stream.upcoming(LOOKAHEAD),
          wants: new Map(),
          readsMore: false,
        };
        subscriptions.add(own);
        return {
          expect(change) {
            own.expected = change;
          },
          event(change) {
            let hasEnded = false;
            time += 1;
            const startedAt = time;
            let begunAt: number | undefined;
            // The events of a subscription that is over are not delivered, nor is what is read after the deadline.
            const turn = { change, isOver: () => hasEnded || !subscriptions.has(own) };
            // The fields of an event ask at the same time, and get objects of one snapshot.
            const objects = new DataLoader<Request, Row | null>(
              async (requests) => {
                const snapshot = await snapshotFor(own, turn, requests);
                begunAt ??= snapshot.begunAt;
                const found = await snapshot.rows;
                return requests.map(({ key, id }) => found.get(key)?.get(id) ?? null);
              },
              { cache: false },
            );
            return {
              async find(want, id) {
                return id === undefined ? null : await objects.load({ key: remember(own, want), want, id });
              },
              end(hasReadMore) {
                own.expected = undefined;
                own.readsMore = hasReadMore;
                if (hasReadMore && !turn.isOver()) {
                  time += 1;
                  begunAt ??= startedAt;
                  delivered(0, time);
                }
                hasEnded = true;
                if (begunAt === undefined) return undefined;
                return { begunAt, endedAt: deliveredBy, snapshot: begunAt === latest ? latest : 0 };
              },
            };
          },
          close: () => void subscriptions.delete(own),
        };
      },

      accept(moment) {
        const isSame = moment === accepted || (moment.snapshot !== 0 && moment.snapshot === latest);
        if (!isSame && moment.begunAt <= deliveredBy) return false;
        delivered(moment.snapshot, moment.endedAt, moment);
        return true;
      },
    };
  }

  return { connect };
}

/** @returns the key of its selection */
function remember(own: Subscription, want: Want): string {
  const key = keyOf({ ...want, organizationId: own.organizationId });
  own.wants.set(key, want);
  return key;
}

function wantedBy(own: Subscription, requests: readonly Request[]): Wanted {
  const wanted: Wanted = new Map();
  for (const { key, want, id } of requests) add(wanted, key, own, want, id);
  return wanted;
}

/** @returns whether the object is new among them */
function add(
  wanted: Wanted,
  key: string,
  { organizationId }: Subscription,
  { modelName, query }: Want,
  id: string,
) {
  const entry = wanted.get(key) ?? { selection: { organizationId, modelName, query }, ids: new Set() };
  wanted.set(key, entry);
  const { size } = entry.ids;
  return entry.ids.add(id).size > size;
}

function sizeOf(wanted: Wanted): number {
  return [...wanted.values()].reduce((sum, { ids }) => sum + ids.size, 0);
}
