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
import { OperationEnded, type RunningLimits } from '../../load/operation.ts';
import type { Row } from '../kit/model.ts';
import { createSlowSelections, type ReadingTogether, TOGETHER_MS } from './readingTogether.ts';
import { type Rows, readAtOnce, type Wanted } from './snapshot.ts';
import { add, type Reader, type Request, remember, sizeOf, type Want, wantedBy } from './wanted.ts';

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

export type EntityReads = {
  /** @param together whose objects are read together. Default: those of the connection. */
  connect(together?: ReadingTogether): ConnectionObjects;
};

/** The number of upcoming changes of a subscription whose objects are read together. */
const LOOKAHEAD = 100;
/** The most objects that a snapshot is begun with. */
const MAX_OBJECTS = 1_000;
/** The most snapshots that are kept, and the most objects in all of them together. */
const MAX_KEPT_SNAPSHOTS = 1_000;
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
  /** Whether it has only the selections of the event that it was begun for. */
  isOwn: boolean;
  size: number;
  rows: Promise<Rows>;
};

/** The event that is being executed. */
type Turn = { change: Change; isOver(): boolean; reading?: Promise<() => void> };

export function createEntityReads(
  db: Pick<Database, 'prisma' | 'reads'>,
  limits: RunningLimits,
): EntityReads {
  const recent = new LRUCache<number, Snapshot>({
    max: MAX_KEPT_SNAPSHOTS,
    maxSize: MAX_KEPT_OBJECTS,
    sizeCalculation: ({ size }) => size,
  });
  /** `begunAt` of the newest snapshot of each selection. */
  const newest = new LRUCache<string, number>({ max: MAX_SELECTIONS });
  const slow = createSlowSelections();
  let time = 0;

  /** What is read for other events too has little time. After that, each reads its own. */
  function begin(requests: readonly Request[], wanted: Wanted, upTo: number): Snapshot {
    time += 1;
    const size = sizeOf(wanted);
    const isOwn = [...wanted.keys()].every((wantedKey) => requests.some(({ key }) => key === wantedKey));
    const rows = readAtOnce(db, wanted, isOwn ? limits : { ...limits, deadlineMs: TOGETHER_MS });
    if (isOwn) slow.watch(wanted.keys(), rows);
    const snapshot = { begunAt: time, endedAt: Number.POSITIVE_INFINITY, upTo, wanted, isOwn, size, rows };
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

  function connect(together: ReadingTogether = { readers: new Set() }): ConnectionObjects {
    const { readers } = together;
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
    async function snapshotFor(own: Reader, turn: Turn, requests: readonly Request[]): Promise<Snapshot> {
      const { change } = turn;
      const isSlow = requests.some(({ key }) => slow.has(key));
      let snapshot = find(requests, change);
      if ((!snapshot || own.readsMore) && !isSlow) {
        turn.reading ??= together.turn?.();
        await turn.reading;
        snapshot = find(requests, change);
      }
      const alone = wantedBy(own, requests);
      const isAlone = ({ isOwn, size }: Snapshot) => isOwn && size === sizeOf(alone);
      own.isReading = true;
      try {
        snapshot ??= begin(requests, ...ahead(own, change, requests, isSlow));
        await snapshot.rows;
      } catch (error) {
        if (!(error instanceof OperationEnded) || !snapshot || isAlone(snapshot)) throw error;
        const found = find(requests, change);
        snapshot = found && isAlone(found) ? found : begin(requests, alone, change.position);
        await snapshot.rows;
      } finally {
        own.isReading = false;
        if (!own.readsMore) endTurn(turn);
      }
      if (!turn.isOver()) delivered(snapshot.begunAt, snapshot.endedAt);
      return snapshot;
    }

    function delivered(snapshot: number, by: number, moment?: Moment): void {
      latest = snapshot;
      deliveredBy = by;
      accepted = moment;
    }

    /** What the event needs, and what the next events will: of the subscription and, unless it is slow, of the others. */
    function ahead(
      own: Reader,
      change: Change,
      requests: readonly Request[],
      isSlow: boolean,
    ): [Wanted, upTo: number] {
      const wanted = wantedBy(own, requests);
      let upTo = change.position;
      let size = sizeOf(wanted);
      for (const each of new Set([own, ...(isSlow ? [] : readers)])) {
        if (each.readsMore || (each.isReading && each !== own)) continue;
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
            if (each !== own && slow.has(key)) continue;
            for (const id of want.idsOf(next)) if (id && add(wanted, key, each, want, id)) size += 1;
          }
        }
      }
      return [wanted, upTo];
    }

    return {
      subscribe(organizationId, stream) {
        const own: Reader = {
          organizationId,
          upcoming: () => stream.upcoming(LOOKAHEAD),
          wants: new Map(),
          readsMore: false,
          isReading: false,
        };
        readers.add(own);
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
            const turn: Turn = { change, isOver: () => hasEnded || !readers.has(own) };
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
                endTurn(turn);
                if (begunAt === undefined) return undefined;
                return { begunAt, endedAt: deliveredBy, snapshot: begunAt === latest ? latest : 0 };
              },
            };
          },
          close: () => void readers.delete(own),
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

function endTurn({ reading }: Turn): void {
  void reading?.then((end) => end());
}
