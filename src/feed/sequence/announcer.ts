import type { Bus } from '../bus/bus.ts';
import { createInProcessBus } from '../bus/inProcessBus.ts';
import { createRedisBus } from '../bus/redisBus.ts';
import { type Sequencer, type SequencerOptions, startSequencer } from './sequencer.ts';

export type AnnouncerOptions = Omit<SequencerOptions, 'publish'> & {
  /** Without it, news travels within this process only, and other processes find changes by reading the log. */
  redisUrl?: string;
  /** Whether this process may give positions; of all that may, one works and the rest stand by. Default true. */
  sequence?: boolean;
  /** Of every Redis channel's name. Installations that share a Redis may set it apart. */
  redisPrefix?: string;
  /** Stands between the feed and its bus. */
  wrapBus?: (bus: Bus) => Bus;
};

/** The half of the feed that gives positions, and tells who listens. A process may run it without the other half. */
export type Announcer = {
  bus: Bus;
  /** Something was committed: for the sequencer, wherever it is. */
  nudge(): void;
  isLeading(): boolean;
  /** See Sequencer. */
  isStandingBy(): boolean;
  /** The position given last, as far as this process knows: of when it led. */
  head(): number;
  /** Hands the sequencing to whoever stands by. The bus is still to be closed. */
  stop(): Promise<void>;
};

const REDIS_PREFIX = 'muster:';

export function startAnnouncer(options: AnnouncerOptions): Announcer {
  const { redisUrl, redisPrefix = REDIS_PREFIX, sequence = true, wrapBus, ...sequencing } = options;
  const { log } = options;
  let sequencer: Sequencer | undefined;
  const isLeading = (): boolean => sequencer?.isLeading() ?? false;
  const ownBus =
    redisUrl === undefined
      ? createInProcessBus(isLeading)
      : createRedisBus({ url: redisUrl, prefix: redisPrefix, log });
  const bus = wrapBus?.(ownBus) ?? ownBus;
  if (sequence) {
    sequencer = startSequencer({ ...sequencing, publish: bus.publish });
    bus.onNudge(sequencer.nudge);
  }
  return {
    bus,
    nudge() {
      if (isLeading()) sequencer?.nudge();
      else bus.nudge();
    },
    isLeading,
    isStandingBy: () => sequencer?.isStandingBy() ?? false,
    head: () => sequencer?.head() ?? 0,
    stop: async () => await sequencer?.stop(),
  };
}
