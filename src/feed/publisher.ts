import type { Bus } from './bus/bus.ts';
import { createInProcessBus } from './bus/inProcessBus.ts';
import { createRedisBus } from './bus/redisBus.ts';
import { type Sequencer, type SequencerOptions, startSequencer } from './sequence/sequencer.ts';

export type PublisherOptions = Omit<SequencerOptions, 'publish'> & {
  /** Without it, the bus is in process, and other processes find changes by polling the log. */
  redisUrl?: string;
  /** Whether this process may sequence. Of all processes that may, one leads and the others stand by. Default: true. */
  sequence?: boolean;
  /** Prefix of the Redis channels' names. Installations that share a Redis need different ones. */
  redisPrefix?: string;
  /** Wraps the bus. Tests use it to lose or reorder messages. */
  wrapBus?: (bus: Bus) => Bus;
};

/** The sequencer and its bus: the half of the feed that assigns positions and publishes changes. */
export type Publisher = {
  bus: Bus;
  /** Wakes the sequencer after a commit, in whichever process it runs. */
  nudge(): void;
  isLeading(): boolean;
  /** See Sequencer. */
  isStandingBy(): boolean;
  /** See Sequencer. */
  head(): number;
  /** Stops the sequencer. The bus stays open for the caller to close. */
  stop(): Promise<void>;
};

const REDIS_PREFIX = 'muster:';

export function startPublisher(options: PublisherOptions): Publisher {
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
