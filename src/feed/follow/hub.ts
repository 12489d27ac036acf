import type pg from 'pg';
import type { Batch } from '../bus/batch.ts';
import type { Bus } from '../bus/bus.ts';
import type { Turns } from '../concurrency.ts';
import { cursorExpired, type Head, readPage } from '../log/changeLog.ts';
import type { FeedLog } from '../logger.ts';
import type { FeedMeter } from '../meter.ts';
import { type Channel, type ChannelWriter, createChannel } from './channel.ts';
import { createHistory, type History } from './history.ts';
import { createIntake, type Intake } from './intake.ts';
import { startWatchdog } from './watchdog.ts';

export type HubOptions = {
  pool: pg.Pool;
  bus: Bus;
  /** For reads of the log, other than the watchdog's. */
  turns: Turns;
  log: FeedLog;
  meter: FeedMeter;
  /** How long an organization without readers is kept. */
  leaveMs?: number;
};

export type Membership = { channel: Channel; leave(): void };

/** One per process: keeps a channel for every organization that somebody here reads. */
export type Hub = {
  /** The organization's channel. It is `leave` that says the caller no longer needs it. */
  join(organizationId: string): Promise<Membership>;
  readHead: History['readHead'];
  latest: History['latest'];
  answered: History['answered'];
  /** Looks into the log for what was missed, now rather than at its time. */
  check(): void;
  /** How many organizations are served. */
  size(): number;
  close(): Promise<void>;
};

const LEAVE_MS = 5_000;
const PAGE_CHANGES = 500;
const RING_CHANGES = 2_000;
const RING_BYTES = 2 * 1024 * 1024;
/** All rings together, about. */
const RINGS_BYTES = 64 * 1024 * 1024;
/** Batches kept for a channel that is about to be. */
const MAX_EARLY = 32;

type Member = {
  organizationId: string;
  readers: number;
  isGone: boolean;
  joined: Promise<Channel>;
  early: Batch[];
  served?: { channel: ChannelWriter; intake: Intake };
  leaving?: NodeJS.Timeout;
  unsubscribe?: () => void;
};

export function createHub({ pool, bus, turns, log, meter, leaveMs = LEAVE_MS }: HubOptions): Hub {
  const members = new Map<string, Member>();
  let isClosed = false;

  const history = createHistory({
    pool,
    log,
    onEnd(error) {
      for (const member of [...members.values()]) {
        // One that is only about to join will do so in the new history.
        if (!member.served) continue;
        drop(member);
        member.served.channel.fail(error);
      }
    },
  });
  const watchdog = startWatchdog({
    pool,
    log,
    readHead: history.readHead,
    served: () => [...members.values()].flatMap(({ served }) => served ?? []),
    async onAhead(channel) {
      const error = await cursorExpired(pool);
      const member = members.get(channel.organizationId);
      if (member?.served?.channel !== channel) return;
      drop(member);
      channel.fail(error);
    },
    isDelivering: bus.isDelivering,
    onMissed: meter.repaired,
  });
  const forgetReconnects = bus.onReconnect(watchdog.check);

  const ringLimits = () => ({
    changes: RING_CHANGES,
    bytes: Math.min(RING_BYTES, RINGS_BYTES / Math.max(1, members.size)),
  });

  function admit(organizationId: string): Member {
    const member: Member = {
      organizationId,
      readers: 0,
      isGone: false,
      joined: Promise.resolve().then(() => begin(member)),
      early: [],
    };
    members.set(organizationId, member);
    member.joined.catch(() => drop(member));
    return member;
  }

  /** Listens first and reads the head then, so that nothing falls between the two. */
  async function begin(member: Member): Promise<Channel> {
    const { organizationId } = member;
    const unsubscribe = await bus.subscribe(organizationId, (batch) => receive(member, batch));
    if (member.isGone) unsubscribe();
    else member.unsubscribe = unsubscribe;
    const head = await history.readHead();
    if (member.isGone) throw new Error('The feed was closed.');
    member.served = serve(organizationId, head);
    for (const batch of member.early.splice(0)) receive(member, batch);
    return member.served.channel;
  }

  function serve(organizationId: string, head: Head) {
    const channel = createChannel(organizationId, head, ringLimits);
    const intake = createIntake({
      channel,
      read: (after, upTo) =>
        turns(organizationId, () => {
          const places = [{ organizationId, after }];
          return readPage(pool, { places, upTo, epoch: head.epoch, limit: PAGE_CHANGES });
        }),
      onFailure: watchdog.check,
      onGap: meter.repaired,
    });
    return { channel, intake };
  }

  function receive(member: Member, batch: Batch): void {
    if (!member.served) {
      member.early.push(batch);
      if (member.early.length > MAX_EARLY) member.early.shift();
    } else if (batch.epoch === member.served.channel.epoch) {
      member.served.intake.receive(batch);
    } else {
      watchdog.check();
    }
  }

  function release(member: Member): void {
    member.readers -= 1;
    if (member.readers > 0 || member.isGone) return;
    member.leaving = setTimeout(() => drop(member), leaveMs);
  }

  function drop(member: Member): void {
    if (member.isGone) return;
    member.isGone = true;
    if (members.get(member.organizationId) === member) members.delete(member.organizationId);
    clearTimeout(member.leaving);
    member.unsubscribe?.();
    member.served?.intake.close();
  }

  return {
    async join(organizationId) {
      if (isClosed) throw new Error('The feed is closed.');
      const member = members.get(organizationId) ?? admit(organizationId);
      clearTimeout(member.leaving);
      member.readers += 1;
      let isReading = true;
      const leave = () => {
        if (isReading) release(member);
        isReading = false;
      };
      try {
        return { channel: await member.joined, leave };
      } catch (error) {
        leave();
        throw error;
      }
    },

    readHead: history.readHead,
    latest: history.latest,
    answered: history.answered,
    check: watchdog.check,
    size: () => members.size,

    async close() {
      isClosed = true;
      forgetReconnects();
      for (const member of [...members.values()]) drop(member);
      await watchdog.stop();
    },
  };
}
