/** Global object ids, as the API and the feed's payloads write them: base64 of `Type:uuid`. */

declare const uuidBrand: unique symbol;
/** A UUID, lower-case; proof that a string from outside has been through `id()`. */
export type Uuid = string & { readonly [uuidBrand]?: true };

const GLOBAL_ID = /^([A-Za-z]+):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** The id of nothing: no row ever has it. */
const NIL: Uuid = '00000000-0000-0000-0000-000000000000';

export function globalId(type: string, uuid: Uuid): string {
  return Buffer.from(`${type}:${uuid}`).toString('base64');
}

/** The type and UUID in a global id, undefined when it is none. */
export function parseGlobalId(raw: string): { type: string; uuid: Uuid } | undefined {
  const [, type, uuid] = GLOBAL_ID.exec(Buffer.from(raw, 'base64').toString('utf8')) ?? [];
  return type && uuid ? { type, uuid } : undefined;
}

/**
 * The UUID in the global id of one `type`. Whatever is no such id (garbage, of another type) names nothing: the
 * look-up that follows finds nothing, exactly as for an id that never existed, so the two cannot be told apart.
 */
export function id(type: string, raw: string): Uuid {
  const parsed = parseGlobalId(raw);
  return parsed?.type === type ? parsed.uuid : NIL;
}
