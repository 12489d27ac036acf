/** A peer's side of the fan-out: it says where it listens, and publishes when it is told to. */
import { now } from '../support/figures.ts';

export type PublishOrder = { events: number };
export type PeerAnswer = { url: string; pid: number; at: number };

/** @param publish publishes the event that often, for all subscribers */
export function takeOrders(url: string, publish: (events: number) => void): void {
  process.on('message', ({ events }: PublishOrder) => {
    const at = now();
    publish(events);
    process.send?.({ url, pid: process.pid, at } satisfies PeerAnswer);
  });
  process.send?.({ url, pid: process.pid, at: now() } satisfies PeerAnswer);
}
