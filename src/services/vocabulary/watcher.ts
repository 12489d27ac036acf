import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { type Act, perform } from '../act/act.ts';
import { line, validate } from '../act/input.ts';
import { jsonSchema, prompt, reactionScript, schedule } from '../template/manifest/fieldRule.ts';
import { changedFields, definitionFields, displayName, kept, rowId } from './input.ts';
import { assertAgent } from './reference.ts';
import { assertLive, assertOwn, claimSlug, lockRow, organizationOf } from './row.ts';

export const createWatcherInput = z.object({
  ...definitionFields,
  prompt,
  extractionSchema: jsonSchema,
  schedule: schedule.nullish(),
  reactionScript: reactionScript.nullish(),
});

export const updateWatcherInput = z.object({
  ...changedFields,
  prompt: kept(prompt),
  extractionSchema: kept(jsonSchema),
  schedule: schedule.nullish(),
  reactionScript: reactionScript.nullish(),
  displayName,
  connection: line(1, 255).nullish(),
  scheduleEnabled: kept(z.boolean()),
});

type AgentId = { agentId?: string | null };

/** GraphQL types a JSON value as unknown, which includes undefined. The schema checks it. */
type NewWatcher = Omit<z.input<typeof createWatcherInput>, 'extractionSchema'> & {
  extractionSchema?: unknown;
};

type Content = Partial<
  Pick<z.output<typeof updateWatcherInput>, 'prompt' | 'extractionSchema' | 'reactionScript'>
>;

/** @throws SlugTakenError */
export async function createWatcher(
  act: Act,
  { organizationId, agentId = null, ...input }: { organizationId: string } & AgentId & NewWatcher,
) {
  const data = validate(createWatcherInput, input);
  const create = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      async write(tx) {
        await assertAgent(tx, { organizationId, id: agentId });
        const { slug, name, description = null, schedule = null, reactionScript = null } = data;
        // A watcher and its current version refer to each other, so one statement must write both.
        const [row] = await tx.$queryRaw<[{ id: string }]>`
          WITH ids AS (SELECT uuid_v7() AS watcher_id, uuid_v7() AS version_id),
          made AS (
            INSERT INTO watcher
              (id, current_version_id, organization_id, agent_id, slug, name, description, schedule)
            SELECT watcher_id, version_id, ${organizationId}::uuid, ${agentId}::uuid, ${slug}, ${name},
                   ${description}, ${schedule}
              FROM ids
            RETURNING id, current_version_id
          )
          INSERT INTO watcher_version
            (id, organization_id, watcher_id, prompt, extraction_schema, reaction_script)
          SELECT current_version_id, ${organizationId}::uuid, id, ${data.prompt},
                 ${JSON.stringify(data.extractionSchema)}::jsonb, ${reactionScript}
            FROM made
          RETURNING watcher_id AS id`;
        return row;
      },
    });
  return await claimSlug('Watcher', data.slug, create);
}

/**
 * Changes a watcher. Absent fields do not change. A change of the prompt, schema or script creates a new version.
 * @throws SlugTakenError
 * @throws ManagedByTemplateError when an installation manages the watcher and a field that releases define is given
 * @throws VocabularyArchivedError
 */
export async function updateWatcher(
  act: Act,
  { id: watcherId, agentId, ...input }: { id: string } & AgentId & z.input<typeof updateWatcherInput>,
) {
  const { displayName, connection, scheduleEnabled, ...definition } = validate(updateWatcherInput, input);
  const { prompt, extractionSchema, reactionScript, ...data } = definition;
  const organizationId = await organizationOf(act, 'Watcher', watcherId);
  const update = () =>
    perform(act, {
      organizationId,
      result: rowId,
      authorize: (viewer) => authorize(viewer, 'vocabulary.write', organizationId),
      queue: () => [watcherId],
      lock: (tx) => lockRow(tx, 'Watcher', watcherId),
      async write(tx, { locked }) {
        assertLive(locked);
        assertOwn(locked, { agentId, ...definition });
        await assertAgent(tx, { organizationId, id: agentId });
        const currentVersionId = await nextVersion(tx, watcherId, {
          prompt,
          extractionSchema,
          reactionScript,
        });
        return await tx.watcher.update({
          where: { id: watcherId },
          data: { agentId, currentVersionId, displayName, connection, scheduleEnabled, ...data },
          select: { id: true },
        });
      },
    });
  return await claimSlug('Watcher', data.slug, update);
}

/** Creates a version and returns its id. Returns undefined when the content equals the current version. */
async function nextVersion(tx: Tx, watcherId: string, content: Content): Promise<string | undefined> {
  const { currentVersion: current } = await tx.watcher.findUniqueOrThrow({
    where: { id: watcherId },
    select: { currentVersion: true },
  });
  const {
    prompt = current.prompt,
    extractionSchema = current.extractionSchema ?? {},
    reactionScript = current.reactionScript,
  } = content;
  if (
    prompt === current.prompt &&
    reactionScript === current.reactionScript &&
    isDeepStrictEqual(extractionSchema, current.extractionSchema)
  ) {
    return undefined;
  }
  const { id } = await tx.watcherVersion.create({
    data: { organizationId: current.organizationId, watcherId, prompt, extractionSchema, reactionScript },
  });
  return id;
}
