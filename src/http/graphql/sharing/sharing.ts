/**
 * Executes the events of subscriptions once for all subscribers that receive the same: the same document, operation,
 * variables (the cursor aside) and organization, and the same of everything that the selected fields depend on.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { ExecutionArgs } from 'graphql';
import stringify from 'safe-stable-stringify';
import type { Context, Services } from '../../../context.ts';
import type { Channel } from '../../../feed/follow/channel.ts';
import type { RunningLimits } from '../../../load/operation.ts';
import type { SourceStream } from '../../../resolvers/kit/subscribe.ts';
import type { EntityReads } from '../../../schema/feed/entityReads.ts';
import type { SharedExecution } from './group.ts';
import { createGroups, type Groups } from './groups.ts';
import { createPace } from './pace.ts';
import { type SharedDocument, sharedDocument } from './sharedDocument.ts';
import { sharedViewer } from './sharedViewer.ts';

export type Sharing = {
  /** Shares the events of a subscription that was opened, if its document can be shared. */
  offer(source: SourceStream, args: ExecutionArgs): void;
  stats(): SharingStats;
};

export type SharingStats = {
  /** Groups of subscriptions with the same results. */
  groups: number;
  /** Their subscriptions. */
  subscriptions: number;
};

/** The objects of larger events are read apart, so that those of others do not wait for them. */
const MAX_COST_TOGETHER = 1_000;

export function createSharing(services: Services, entityReads: EntityReads, limits: RunningLimits): Sharing {
  const { log } = services;
  const pace = createPace();
  const groups = new Map<Channel, Groups>();
  /** A field of theirs depends on more of the viewer than is declared. */
  const faulty = new WeakSet<SharedDocument>();

  function groupsOf(channel: Channel): Groups {
    const found = groups.get(channel);
    if (found) return found;
    const created = createGroups(channel, { entityReads, pace, log, onEmpty: () => groups.delete(channel) });
    groups.set(channel, created);
    return created;
  }

  function executionOf(
    args: ExecutionArgs,
    document: SharedDocument,
    organizationId: string,
  ): SharedExecution {
    const { viewer } = args.contextValue as Context;
    const { key: viewerKey, guarded } = sharedViewer(viewer, document.sharedBy, organizationId);
    const requestId = randomUUID();
    const context: Context = {
      ...services,
      requestId,
      viewer: guarded((fault) => {
        faulty.add(document);
        const { operationName } = args;
        log.error({ err: fault, requestId, operationName }, 'a shared event depends on its viewer');
      }),
    };
    return {
      key: keyOf(args, document, viewerKey),
      args: { ...args, contextValue: context },
      limits,
      log,
      hasFault: () => faulty.has(document),
    };
  }

  return {
    offer(source, args) {
      const document = sharedDocument(args.schema, args.document);
      if (!document) return;
      const { cost = 0 } = args.contextValue as Context;
      let execution: SharedExecution | undefined;
      source.share((follower, slot) => {
        const { channel } = follower;
        if (faulty.has(document)) return undefined;
        execution ??= executionOf(args, document, channel.organizationId);
        return groupsOf(channel).join(follower, slot, execution, cost > MAX_COST_TOGETHER);
      });
    },

    stats() {
      const all = [...groups.values()].map((each) => each.stats());
      return {
        groups: all.reduce((sum, each) => sum + each.groups, 0),
        subscriptions: all.reduce((sum, each) => sum + each.subscriptions, 0),
      };
    },
  };
}

function keyOf({ operationName, variableValues }: ExecutionArgs, document: SharedDocument, viewer: string) {
  // One that is absent has its default, and one that is null has not.
  const given = Object.entries(variableValues ?? {});
  const variables = Object.fromEntries(given.filter(([name]) => document.variables.includes(name)));
  const parts = stringify([document.text, operationName ?? null, variables, viewer]);
  return createHash('sha256').update(parts).digest('base64');
}
