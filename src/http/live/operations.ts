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
  /**
   * The operation is no subscription: it counts until it is answered.
   *
   * @param operation its identity.
   * @returns a signal that is aborted when the client no longer waits for the answer.
   */
  executing(id: string, operation: object): AbortSignal;
  /** The client has completed the operations of this id, and no longer waits for their answers. */
  completed(id: string): void;
  /** The network has taken the answer, if there was one. */
  executed(operation: object): void;
  isPreparing(id: string): boolean;
  isPreparingAny(): boolean;
};

/**
 * @param gone aborted when the connection is gone.
 * @param onPrepared called after each operation that is no longer being prepared.
 */
export function createOperations(limit: number, gone: AbortSignal, onPrepared: () => void): Operations {
  const preparing = new Map<string, AbortController>();
  const running = new Map<object, { id: string; leaving: AbortController }>();

  function prepared(id: string): void {
    if (preparing.delete(id)) onPrepared();
  }

  return {
    prepare(id) {
      if (preparing.size + running.size >= limit) throw tooManyOperations(limit);
      preparing.set(id, new AbortController());
    },
    prepared,
    executing(id, operation) {
      const leaving = preparing.get(id) ?? new AbortController();
      running.set(operation, { id, leaving });
      prepared(id);
      return AbortSignal.any([gone, leaving.signal]);
    },
    completed(id) {
      preparing.get(id)?.abort();
      for (const operation of running.values()) {
        if (operation.id === id) operation.leaving.abort();
      }
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
