import { Counter, Gauge, type Registry } from 'prom-client';

/** Figures of the connections that carry subscriptions. */
export type SocketFigures = {
  connections: number;
  subscriptions: number;
  /** The subscriptions whose events are executed for several at once, and the groups that receive the same. */
  shared: { groups: number; subscriptions: number };
  /** Bytes written that the network has not accepted yet. */
  queuedBytes: number;
  /** Events written to connections since the start. */
  deliveries: number;
  /** Connections that the server closed since the start, by reason. The code defines a fixed set of reasons. */
  ended: Readonly<Record<string, number>>;
};

/** Reads the figures at each scrape, which is cheap. */
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
    'Open connections that can carry subscriptions.',
    ({ connections }) => connections,
  );
  gauge('muster_live_subscriptions', 'Open subscriptions.', ({ subscriptions }) => subscriptions);
  gauge(
    'muster_live_shared_subscriptions',
    'Subscriptions whose events are executed for all of their group at once.',
    ({ shared }) => shared.subscriptions,
  );
  gauge(
    'muster_live_shared_groups',
    'Groups of subscriptions that receive the same.',
    ({ shared }) => shared.groups,
  );
  gauge(
    'muster_live_queued_bytes',
    'Bytes that the network has not accepted yet, over all connections.',
    ({ queuedBytes }) => queuedBytes,
  );
  new Counter({
    name: 'muster_live_deliveries_total',
    help: 'Events written to connections.',
    registers,
    collect() {
      this.reset();
      this.inc(read().deliveries);
    },
  });
  new Counter({
    name: 'muster_live_ended_total',
    help: 'Connections that the server closed. The reason `lagged` is a client that did not keep up.',
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
