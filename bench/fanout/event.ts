/** The event of the fan-out: what a client is sent when a pull request passes from one session to another. */

/** What a peer declares of it. Muster's own schema has more. */
export const typeDefs = /* GraphQL */ `
  type Query { version: String }
  type Subscription { prSessionChanged(organizationId: ID!): PrSessionChanged! }
  type PrSessionChanged {
    cursor: String!
    type: String!
    entityId: ID!
    occurredAt: String!
    changed: [String!]!
    requestId: String
    actor: Actor!
  }
  type Actor { kind: String!, name: String! }
`;

/** One that Muster sent. Peers send it again and again. */
export const EVENT = {
  prSessionChanged: {
    cursor: 'AZrMHUQAcACAAQAAAAAAAAAAAAAAAAAAAAE',
    type: 'PR_SESSION_CHANGED',
    entityId: 'UHVsbFJlcXVlc3Q6MDE5YWNjMWQtNDQwMC03MDAwLTgwMDEtMDAwMDAwMDAwMDAx',
    occurredAt: '2026-11-28T11:00:00.000Z',
    changed: ['session', 'updatedAt'],
    requestId: null,
    actor: { kind: 'EXTERNAL', name: 'postgres' },
  },
};

/** One of the documents that ask for the event. Their normalized texts differ. */
export function documentOf(n: number): string {
  return /* GraphQL */ `subscription ($organizationId: ID!) {
    prSessionChanged(organizationId: $organizationId) {
      cursor ${n === 0 ? 'type' : `type${n}: type`} entityId occurredAt changed requestId actor { kind name }
    }
  }`;
}
