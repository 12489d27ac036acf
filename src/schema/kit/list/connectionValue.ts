/** The values that the fields of a connection read. A cursor is made when it is selected. */
import { cursorOf, type Row } from './cursor.ts';
import type { Order } from './order.ts';

export type ConnectionValue = {
  edges: Edge[];
  pageInfo: PageInfo;
  totalCount?: number | (() => number | Promise<number>);
};

class Edge {
  readonly node: Row;
  readonly #order: Order;

  constructor(node: Row, order: Order) {
    this.node = node;
    this.#order = order;
  }

  get cursor(): string {
    return cursorOf(this.node, this.#order);
  }
}

type Neighbours = { hasNextPage: boolean; hasPreviousPage: boolean };

class PageInfo implements Neighbours {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly #edges: readonly Edge[];

  constructor(edges: readonly Edge[], { hasNextPage, hasPreviousPage }: Neighbours) {
    this.#edges = edges;
    this.hasNextPage = hasNextPage;
    this.hasPreviousPage = hasPreviousPage;
  }

  get startCursor(): string | null {
    return this.#edges[0]?.cursor ?? null;
  }

  get endCursor(): string | null {
    return this.#edges.at(-1)?.cursor ?? null;
  }
}

export function connectionValue(
  rows: readonly Row[],
  order: Order,
  neighbours: Neighbours,
  totalCount?: ConnectionValue['totalCount'],
): ConnectionValue {
  const edges = rows.map((row) => new Edge(row, order));
  return { edges, pageInfo: new PageInfo(edges, neighbours), totalCount };
}
