import { Counter, Gauge, type Registry } from 'prom-client';

/** What there is of connections that carry subscriptions. */
export type SocketFigures = {
  connections: number;
  subscriptions: number;
  /** Given to the network and not yet taken by it. */
  queuedBytes: number;
  /** Events handed to connections, since the start. */
  deliveries: number;
  /** Connections that the server ended, since the start, by one of a few reasons that are in the code. */
  ended: Readonly<Record<string, number>>;
};

/** Has each scrape read the figures, by themselves cheap to read. */
export function observeSockets(registry: Registry, read: () => SocketFigures): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: (figures: SocketFigures) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(read()));
      },
    });
  gauge(
    'muster_live_connections',
    'Connections that carry subscriptions, or may.',
    ({ connections }) => connections,
  );
  gauge('muster_live_subscriptions', 'Subscriptions that are open.', ({ subscriptions }) => subscriptions);
  gauge(
    'muster_live_queued_bytes',
    'Bytes that the network has not taken yet, over all connections.',
    ({ queuedBytes }) => queuedBytes,
  );
  new Counter({
    name: 'muster_live_deliveries_total',
    help: 'Events of subscriptions handed to connections.',
    registers,
    collect() {
      this.reset();
      this.inc(read().deliveries);
    },
  });
  new Counter({
    name: 'muster_live_ended_total',
    help: 'Connections that the server ended; the reason `lagged` is a client that did not keep up.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(read().ended)) {
        this.inc({ reason: reason.toLowerCase() }, count);
      }
    },
  });
}
