/** The subscriptions that a connection or a token may have, and what their events may cost together. */
import { GraphQLError } from 'graphql';

export type Budget = {
  /** @throws {GraphQLError} TOO_MANY_SUBSCRIPTIONS. */
  take(cost: number): void;
  giveBack(cost: number): void;
};

/** @param holder what has the budget: a connection or a token. */
export function createBudget(limits: { subscriptions: number; cost: number }, holder: string): Budget {
  let subscriptions = 0;
  let cost = 0;
  return {
    take(added) {
      if (subscriptions >= limits.subscriptions) {
        throw refusal(`${holder} may have ${limits.subscriptions} subscriptions at once.`, {
          limit: limits.subscriptions,
        });
      }
      if (cost + added > limits.cost) {
        throw refusal(
          `The subscriptions of ${holder.toLowerCase()} may cost ${limits.cost} together. Select less in each event, or fewer of them.`,
          { measure: 'cost', limit: limits.cost, cost: cost + added },
        );
      }
      subscriptions += 1;
      cost += added;
    },
    giveBack(returned) {
      subscriptions -= 1;
      cost -= returned;
    },
  };
}

function refusal(message: string, facts: { limit: number; measure?: string; cost?: number }): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', ...facts, http: { status: 429 } },
  });
}
