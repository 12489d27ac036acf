/** mercurius with its emitter in memory and its compiled execution. */
import fastify from 'fastify';
import mercurius from 'mercurius';
import { EVENT, typeDefs } from '../../fanout/event.ts';
import { takeOrders } from '../takeOrders.ts';

const topic = 'prSessionChanged';
const app = fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    Subscription: { prSessionChanged: { subscribe: (_root, _args, { pubsub }) => pubsub.subscribe(topic) } },
  },
  subscription: true,
  jit: 1,
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });

takeOrders(`${url.replace('http', 'ws')}/graphql`, (events) => {
  for (let event = 0; event < events; event += 1) app.graphql.pubsub.publish({ topic, payload: EVENT });
});
