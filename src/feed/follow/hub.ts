import type pg from 'pg';
import type { KeyedLimiter } from '../../load/limiter.ts';
import type { Batch } from '../bus/batch.ts';
import type { Bus } from '../bus/bus.ts';
import { type Head, readCursorExpired } from '../log/head.ts';
import { readPage } from '../log/page.ts';
import type { FeedLog } from '../logger.ts';
import { type Channel, type ChannelWriter, createChannel } from './channel.ts';
import { createHeadTracker, type HeadTracker } from './headTracker.ts';
import { createIntake, type Intake } from './intake.ts';
import type { ReadingMeter } from './meter.ts';
import { startWatchdog } from './watchdog.ts';

export type HubOptions = {
  pool: pg.Pool;
  bus: Bus;
  /** Runs the reads that close gaps. The watchdog does not wait for it. */
  limiter: KeyedLimiter;
  log: FeedLog;
  meter?: ReadingMeter;
  /** How long an organization stays subscribed after its last reader has left. */
  leaveMs?: number;
};

export type Membership = { channel: Channel; leave(): void };

/** Keeps one channel for each organization that has readers in this process. */
export type Hub = {
  /** Returns the organization's channel. The caller calls `leave` when it no longer needs it. */
  join(organizationId: string): Promise<Membership>;
  readHead: HeadTracker['readHead'];
  latest: HeadTracker['latest'];
  answered: HeadTracker['answered'];
  /** Polls the log for missed changes now. */
  check(): void;
  /** The number of organizations with a channel. */
  size(): number;
  close(): Promise<void>;
};

const LEAVE_MS = 5_000;
const PAGE_CHANGES = 500;
const RING_CHANGES = 2_000;
const RING_BYTES = 2 * 1024 * 1024;
/** Approximate limit of all rings together. */
const RINGS_BYTES = 64 * 1024 * 1024;
/** Batches that arrive before the channel exists. Older ones are dropped and read from the log. */
const MAX_EARLY = 32;

type Member = {
  organizationId: string;
  readers: number;
  isDropped: boolean;
  joined: Promise<Channel>;
  early: Batch[];
  served?: { channel: ChannelWriter; intake: Intake };
  leaving?: NodeJS.Timeout;
  unsubscribe?: () => void;
};

export function createHub({ pool, bus, limiter, log, meter, leaveMs = LEAVE_MS }: HubOptions): Hub {
  const members = new Map<string, Member>();
  let isClosed = false;

  const headTracker = createHeadTracker({
    pool,
    log,
    onEpochChange(error) {
      for (const member of [...members.values()]) {
        // A member that is still joining will read the new epoch.
        if (!member.served) continue;
        drop(member);
        member.served.channel.fail(error);
      }
    },
  });
  const watchdog = startWatchdog({
    pool,
    log,
    readHead: headTracker.readHead,
    served: () => [...members.values()].flatMap(({ served }) => served ?? []),
    async onAhead(channel) {
      const error = await readCursorExpired(pool);
      const member = members.get(channel.organizationId);
      if (member?.served?.channel !== channel) return;
      drop(member);
      channel.fail(error);
    },
    isDelivering: bus.isDelivering,
    onMissed: meter?.repaired,
  });
  const unsubscribeReconnects = bus.onReconnect(watchdog.check);

  const ringLimits = () => ({
    changes: RING_CHANGES,
    bytes: Math.min(RING_BYTES, RINGS_BYTES / Math.max(1, members.size)),
  });

  function addMember(organizationId: string): Member {
    const member: Member = {
      organizationId,
      readers: 0,
      isDropped: false,
      joined: Promise.resolve().then(() => start(member)),
      early: [],
    };
    members.set(organizationId, member);
    member.joined.catch(() => drop(member));
    return member;
  }

  /** Subscribes before it reads the head, so that no batch falls between the two. */
  async function start(member: Member): Promise<Channel> {
    const { organizationId } = member;
    const unsubscribe = await bus.subscribe(organizationId, (batch) => receive(member, batch));
    if (member.isDropped) unsubscribe();
    else member.unsubscribe = unsubscribe;
    const head = await headTracker.readHead();
    if (member.isDropped) throw new Error('The feed was closed.');
    member.served = serve(organizationId, head);
    for (const batch of member.early.splice(0)) receive(member, batch);
    return member.served.channel;
  }

  function serve(organizationId: string, head: Head) {
    const channel = createChannel(organizationId, head, ringLimits);
    const intake = createIntake({
      channel,
      read: (after, upTo) =>
        limiter(organizationId, () => {
          const starts = [{ organizationId, after }];
          return readPage(pool, { starts, upTo, epoch: head.epoch, limit: PAGE_CHANGES });
        }),
      onFailure: watchdog.check,
      onGap: meter?.repaired,
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
    if (member.readers > 0 || member.isDropped) return;
    member.leaving = setTimeout(() => drop(member), leaveMs);
  }

  function drop(member: Member): void {
    if (member.isDropped) return;
    member.isDropped = true;
    if (members.get(member.organizationId) === member) members.delete(member.organizationId);
    clearTimeout(member.leaving);
    member.unsubscribe?.();
    member.served?.intake.close();
  }

  return {
    async join(organizationId) {
      if (isClosed) throw new Error('The feed is closed.');
      const member = members.get(organizationId) ?? addMember(organizationId);
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

    readHead: headTracker.readHead,
    latest: headTracker.latest,
    answered: headTracker.answered,
    check: watchdog.check,
    size: () => members.size,

    async close() {
      isClosed = true;
      unsubscribeReconnects();
      for (const member of [...members.values()]) drop(member);
      await watchdog.stop();
    },
  };
}
