/** The filters by id that the query and the subscription `changes` share. */
import type { ActorFilter } from '../../feed/log/filter.ts';
import { changeTypesOf } from '../../schema/feed/changeType.ts';
import { filterId } from '../../schema/kit/filterId.ts';

/** @param raw the argument `actorId` */
export function byActor(raw: string | null | undefined): { actor?: ActorFilter } {
  if (raw == null) return {};
  const { type, uuid } = filterId('actorId', raw, (type) => type === 'Agent' || type === 'User');
  return { actor: { kind: type === 'Agent' ? 'AGENT' : 'USER', id: uuid } };
}

/**
 * Limits the types to those of the entity's type, so that a UUID under the name of another type matches no change.
 *
 * @param raw the argument `entityId`
 * @param types the argument `types`
 */
export function byEntity(
  raw: string | null | undefined,
  types: readonly string[] | null | undefined,
): { entityId?: string; types?: readonly string[] } {
  if (raw == null) return { types: types ?? undefined };
  const { type, uuid } = filterId('entityId', raw, (type) => changeTypesOf(type).length > 0);
  return {
    entityId: uuid,
    types: changeTypesOf(type).filter((each) => types?.includes(each) ?? true),
  };
}

/** @param uuids the arguments of `filterArgs` */
export function byAbout(uuids: readonly (string | null | undefined)[]): { about?: readonly string[] } {
  const about = uuids.filter((uuid) => uuid != null);
  return about.length > 0 ? { about } : {};
}
