import { type Batch, decodeBatch, encodeBatch } from './batch.ts';
import type { Bus } from './bus.ts';

/**
 * A bus within this process, for an installation of one process.
 *
 * @param isPublisher whether the sequencer runs in this process, so that every batch is published here.
 */
export function createInProcessBus(isPublisher: () => boolean): Bus {
  const listeners = new Map<string, (batch: Batch) => void>();
  const nudgeListeners = new Set<() => void>();

  return {
    publish(batch) {
      const listener = listeners.get(batch.organizationId);
      if (!listener) return;
      const received = decodeBatch(encodeBatch(batch));
      if (received) listener(received);
    },

    async subscribe(organizationId, listener) {
      listeners.set(organizationId, listener);
      return () => {
        if (listeners.get(organizationId) === listener) listeners.delete(organizationId);
      };
    },

    nudge() {
      for (const listener of nudgeListeners) listener();
    },

    onNudge(listener) {
      nudgeListeners.add(listener);
      return () => nudgeListeners.delete(listener);
    },

    onReconnect: () => () => {},
    isDelivering: isPublisher,
    close: async () => {},
  };
}
