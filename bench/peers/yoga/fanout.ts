/** graphql-yoga with graphql-ws, as in the documentation of graphql-yoga. */
import { once, setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { EVENT, typeDefs } from '../../fanout/event.ts';
import { takeOrders } from '../takeOrders.ts';

const TOPIC = 'prSessionChanged';
// Every subscriber listens at one target.
setMaxListeners(0);
const pubSub = createPubSub<{ [TOPIC]: [typeof EVENT] }>();
const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Subscription: {
        prSessionChanged: { subscribe: () => pubSub.subscribe(TOPIC) },
      },
    },
  }),
  logging: false,
});
const http = createServer(yoga);

type Enveloped = ReturnType<typeof yoga.getEnveloped>;
/** The arguments carry the functions of the request that they belong to. */
type EnvelopedArgs = ExecutionArgs & { rootValue: Pick<Enveloped, 'execute' | 'subscribe'> };

useServer(
  {
    execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
    subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, { query, operationName, variables }) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params: { query, operationName, variables },
      });
      const document = parse(query);
      const errors = validate(schema, document);
      if (errors.length > 0) return errors;
      return {
        schema,
        operationName,
        document,
        variableValues: variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
    },
  },
  new WebSocketServer({ server: http, path: yoga.graphqlEndpoint }),
);
http.listen(0, '127.0.0.1');
await once(http, 'listening');

takeOrders(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, (events) => {
  for (let event = 0; event < events; event += 1) pubSub.publish(TOPIC, EVENT);
});
