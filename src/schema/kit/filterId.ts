import { parseGlobalId } from '../../value/globalId.ts';
import { badInput } from './badInput.ts';

/**
 * The id that a filter takes. The id of an object that the viewer may not see passes: it matches nothing, exactly like one
 * that belongs to no object.
 *
 * @param argument its name
 * @param types the types that the filter takes, as one text or as a test
 * @throws BAD_USER_INPUT when the text is no id, or one of another type
 */
export function filterId(
  argument: string,
  raw: string,
  types: string | ((type: string) => boolean),
): { type: string; uuid: string } {
  const found = parseGlobalId(raw);
  const isPossible = typeof types === 'string' ? found?.type === types : found && types(found.type);
  if (found && isPossible) return found;
  const wanted = typeof types === 'string' ? `a ${types}` : 'an object that it can match';
  throw badInput(`\`${argument}\` must be the global id of ${wanted}.`);
}
