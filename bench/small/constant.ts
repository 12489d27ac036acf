/** The ceiling: a yoga as it comes, which answers the same documents with constants and asks nobody. */
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { listen } from '../../src/http/listen.ts';

const SESSION = {
  __typename: 'Session',
  id: 'U2Vzc2lvbjowMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA=',
  name: 'rocket-1',
  branch: '0',
  createdAt: '2026-11-21T11:00:00.000Z',
};

const yoga = createYoga({
  schema: createSchema({
    typeDefs: /* GraphQL */ `
      type Query { viewer: Viewer!, node(id: ID!): Node }
      type Viewer { name: String!, kind: String! }
      interface Node { id: ID! }
      type Session implements Node { id: ID!, name: String!, branch: String, createdAt: String! }
    `,
    resolvers: {
      Query: { viewer: () => ({ name: 'Ann', kind: 'USER' }), node: () => SESSION },
    },
  }),
  logging: false,
});

const server = createServer(yoga);
process.send?.({ url: await listen(server, '127.0.0.1', 0), pid: process.pid });
