import type { Batch, SequencedBatch } from './batch.ts';

/**
 * Publishes batches to every process. A message may be lost, late or repeated: the log is the truth,
 * and the bus only makes it arrive sooner. No method throws or rejects while the connection is down.
 */
export type Bus = {
  publish(batch: SequencedBatch): void;
  /**
   * Subscribes one listener to an organization's batches. Resolves once batches published from now on are delivered, or
   * once the connection is known to be down; the subscription then starts when the connection is back.
   *
   * @param listener must not throw.
   * @returns unsubscribes.
   */
  subscribe(organizationId: string, listener: (batch: Batch) => void): Promise<() => void>;
  /** Wakes the sequencer, in whichever process it runs. */
  nudge(): void;
  /** @returns removes the listener. */
  onNudge(listener: () => void): () => void;
  /** The connection is back and every subscription is restored. Batches published meanwhile were lost. */
  onReconnect(listener: () => void): () => void;
  /** Whether batches of other processes reach this one, as far as is known. */
  isDelivering(): boolean;
  close(): Promise<void>;
};
