import type { Batch, SequencedBatch } from './batch.ts';

/**
 * Carries news between processes. It may lose messages, deliver them twice or late: it only makes faster what reading
 * the log would find anyway. So nothing here ever throws or rejects because the way is down.
 */
export type Bus = {
  publish(batch: SequencedBatch): void;
  /**
   * Starts the delivery of an organization's batches, to one listener per organization. Fulfilled once batches
   * published from now on will be delivered, or once it is known that they will not be for the time being; they will
   * be as soon as the way is up again.
   *
   * @param listener must not throw.
   * @returns ends the delivery.
   */
  subscribe(organizationId: string, listener: (batch: Batch) => void): Promise<() => void>;
  /** Tells whoever gives positions that something waits for one. */
  nudge(): void;
  /** @returns ends the listening. */
  onNudge(listener: () => void): () => void;
  /** The way is up again, every delivery included, and something may have been missed meanwhile. */
  onReconnect(listener: () => void): () => void;
  /** Whether what others publish reaches this process, as far as is known. */
  isDelivering(): boolean;
  close(): Promise<void>;
};
