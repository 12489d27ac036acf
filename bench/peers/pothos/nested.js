/**
 * Pothos with its Prisma plugin, as in its documentation, on Muster's own Prisma client. It is in JavaScript, because
 * a program can declare the types of one builder only.
 */
import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import { PrismaClient } from '../../../prisma/client/client.ts';
import { getDatamodel } from '../../../prisma/client/pothos.ts';
import { listen } from '../../../src/http/listen.ts';

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 10 }),
});
const builder = new SchemaBuilder({
  plugins: [PrismaPlugin, RelayPlugin],
  prisma: { client: prisma, dmmf: getDatamodel() },
  relay: { nodesOnConnection: true, cursorType: 'String' },
});

builder.scalarType('DateTime', { serialize: (date) => date.toISOString() });

const newestFirst = { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] };
builder.prismaObject('Organization', {
  fields: (t) => ({
    agents: t.relatedConnection('agents', {
      cursor: 'id',
      query: { orderBy: [{ hiredAt: 'desc' }, { id: 'desc' }] },
    }),
  }),
});
builder.prismaObject('Agent', {
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    role: t.exposeString('role'),
    status: t.exposeString('status'),
    hiredAt: t.expose('hiredAt', { type: 'DateTime' }),
    sessions: t.relatedConnection('sessions', { cursor: 'id', query: newestFirst }),
  }),
});
builder.prismaObject('Session', {
  fields: (t) => ({
    id: t.exposeID('id'),
    branch: t.exposeString('branch'),
    activityState: t.exposeString('activityState'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    pullRequests: t.relatedConnection('pullRequests', { cursor: 'id', query: newestFirst }),
  }),
});
builder.prismaObject('PullRequest', {
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeInt('number'),
    title: t.exposeString('title'),
    state: t.exposeString('state'),
    ciState: t.exposeString('ciState'),
    checks: t.relatedConnection('checks', {
      cursor: 'id',
      query: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
    }),
  }),
});
builder.prismaObject('PullRequestCheck', {
  fields: (t) => ({ name: t.exposeString('name'), status: t.exposeString('status') }),
});
builder.queryType({
  fields: (t) => ({
    organization: t.prismaField({
      type: 'Organization',
      nullable: true,
      args: { slug: t.arg.string({ required: true }) },
      resolve: (query, _root, { slug }) => prisma.organization.findUnique({ ...query, where: { slug } }),
    }),
  }),
});

const yoga = createYoga({ schema: builder.toSchema(), logging: false });
process.send?.({ url: `${await listen(createServer(yoga), '127.0.0.1', 0)}/graphql`, pid: process.pid });
