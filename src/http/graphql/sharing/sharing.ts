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
import { type Rounds, startRounds } from './rounds.ts';
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

/** A document whose events may be larger has rounds of its own, so that those of others do not wait for it. */
const MAX_COST_TOGETHER = 1_000;

export function createSharing(services: Services, entityReads: EntityReads, limits: RunningLimits): Sharing {
  const { log } = services;
  const rounds = new Map<Channel, Map<string, Rounds>>();
  /** A field of theirs depends on more of the viewer than is declared. */
  const faulty = new WeakSet<SharedDocument>();

  function roundsOf(channel: Channel, name: string): Rounds {
    const ofChannel = rounds.get(channel) ?? new Map<string, Rounds>();
    rounds.set(channel, ofChannel);
    let found = ofChannel.get(name);
    if (!found) {
      found = startRounds(channel, entityReads, log, () => {
        ofChannel.delete(name);
        if (ofChannel.size === 0 && rounds.get(channel) === ofChannel) rounds.delete(channel);
      });
      ofChannel.set(name, found);
    }
    return found;
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
        const name = cost > MAX_COST_TOGETHER ? execution.key : '';
        return roundsOf(channel, name).join(follower, slot, execution);
      });
    },

    stats() {
      const all = [...rounds.values()].flatMap((each) => [...each.values()]).map((each) => each.stats());
      return {
        groups: all.reduce((sum, { groups }) => sum + groups, 0),
        subscriptions: all.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
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
