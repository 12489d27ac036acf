/** The operations of one connection that are under way, subscriptions aside. */
import { GraphQLError } from 'graphql';

export type Operations = {
  /**
   * An operation begins. Until it is known whether it is a subscription, no heartbeat is sent: a heartbeat speaks for
   * all subscriptions of the connection.
   *
   * @throws {GraphQLError} TOO_MANY_OPERATIONS.
   */
  prepare(id: string): void;
  /** The operation is known: its subscription is open, it was refused, or it is none. */
  prepared(id: string): void;
  /** The operation is no subscription: it counts until it is answered. @param operation its identity. */
  executing(id: string, operation: object): void;
  /** The network has taken the answer, if there was one. */
  executed(operation: object): void;
  isPreparing(id: string): boolean;
  isPreparingAny(): boolean;
};

/** @param onPrepared called after each operation that is no longer being prepared. */
export function createOperations(limit: number, onPrepared: () => void): Operations {
  const preparing = new Set<string>();
  const running = new Set<object>();

  function prepared(id: string): void {
    if (preparing.delete(id)) onPrepared();
  }

  return {
    prepare(id) {
      if (preparing.size + running.size >= limit) throw tooManyOperations(limit);
      preparing.add(id);
    },
    prepared,
    executing(id, operation) {
      running.add(operation);
      prepared(id);
    },
    executed: (operation) => void running.delete(operation),
    isPreparing: (id) => preparing.has(id),
    isPreparingAny: () => preparing.size > 0,
  };
}

function tooManyOperations(limit: number): GraphQLError {
  return new GraphQLError(`A connection may have ${limit} operations under way at once.`, {
    extensions: { code: 'TOO_MANY_OPERATIONS', limit },
  });
}
