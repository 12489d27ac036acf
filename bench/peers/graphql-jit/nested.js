/** graphql-yoga with the compiled execution of graphql-jit, over the statement that builds the whole answer. */
import { createServer } from 'node:http';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { createSchema, createYoga } from 'graphql-yoga';
import pg from 'pg';
import { listen } from '../../../src/http/listen.ts';
import { PAGE_SQL } from '../../nested/page.ts';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const schema = createSchema({
  typeDefs: /* GraphQL */ `
    type Query { organization(slug: String!): Organization }
    type Organization { agents(first: Int): AgentConnection! }
    type AgentConnection { nodes: [Agent!]! }
    type Agent {
      id: ID!, name: String!, role: String!, status: String!, hiredAt: String!
      sessions(first: Int): SessionConnection!
    }
    type SessionConnection { nodes: [Session!]! }
    type Session {
      id: ID!, branch: String, activityState: String!, createdAt: String!
      pullRequests(first: Int): PullRequestConnection!
    }
    type PullRequestConnection { nodes: [PullRequest!]! }
    type PullRequest {
      id: ID!, number: Int!, title: String, state: String!, ciState: String!
      checks(first: Int): PullRequestCheckConnection!
    }
    type PullRequestCheckConnection { nodes: [PullRequestCheck!]! }
    type PullRequestCheck { name: String!, status: String! }
  `,
  resolvers: {
    Query: {
      organization: async () =>
        (await pool.query({ name: 'page', text: PAGE_SQL })).rows[0].data.organization,
    },
  },
});

/** A document is parsed once, so its compilation is kept with it. */
const compiled = new WeakMap();

function execute({ document, rootValue, contextValue, variableValues, operationName }) {
  let query = compiled.get(document);
  if (!query) {
    query = compileQuery(schema, document, operationName ?? undefined);
    if (!isCompiledQuery(query)) return query;
    compiled.set(document, query);
  }
  return query.query(rootValue, contextValue, variableValues);
}

const yoga = createYoga({
  schema,
  logging: false,
  plugins: [{ onExecute: ({ setExecuteFn }) => setExecuteFn(execute) }],
});
process.send?.({ url: `${await listen(createServer(yoga), '127.0.0.1', 0)}/graphql`, pid: process.pid });
