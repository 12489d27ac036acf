/** What a document asks of its lists besides their objects. The rest is not read. */
import { type DocumentNode, Kind, type SelectionSetNode, visit } from 'graphql';

export type Asked = {
  /** Whether there are pages beside this one. */
  neighbours: boolean;
  /** The places of its objects. */
  cursors: boolean;
};

const NOTHING: Asked = { neighbours: false, cursors: false };

const askedIn = new WeakMap<DocumentNode, ReadonlyMap<string, Asked>>();

/**
 * What the document asks of any list with this name. A list may be selected in several places, which are planned one by one
 * and answered by one page.
 */
export function askedOf(document: DocumentNode, fieldName: string): Asked {
  let asked = askedIn.get(document);
  if (!asked) {
    asked = findAsked(document);
    askedIn.set(document, asked);
  }
  return asked.get(fieldName) ?? NOTHING;
}

function findAsked(document: DocumentNode): ReadonlyMap<string, Asked> {
  const hasPageInfo = selecting(document, ['pageInfo']);
  const hasCursors = selecting(document, ['edges', 'cursor']);
  const asked = new Map<string, Asked>();
  visit(document, {
    Field({ name: { value: name }, selectionSet }) {
      if (!selectionSet) return;
      const before = asked.get(name) ?? NOTHING;
      const neighbours = before.neighbours || hasPageInfo(selectionSet);
      asked.set(name, { neighbours, cursors: before.cursors || neighbours || hasCursors(selectionSet) });
    },
  });
  return asked;
}

/** Returns what says whether a selection has a field, and of it the next one of the path, directly or through fragments. */
function selecting(document: DocumentNode, [name, ...rest]: string[]): (set: SelectionSetNode) => boolean {
  const fragments = new Map<string, SelectionSetNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each.selectionSet);
  }
  const hasRest = rest.length > 0 ? selecting(document, rest) : undefined;
  const known = new Map<SelectionSetNode, boolean>();

  function has(set: SelectionSetNode | undefined): boolean {
    if (!set) return false;
    // A fragment may be spread in thousands of places.
    const answer = known.get(set) ?? set.selections.some(isOrHas);
    known.set(set, answer);
    return answer;
  }

  function isOrHas(selection: SelectionSetNode['selections'][number]): boolean {
    if (selection.kind === Kind.INLINE_FRAGMENT) return has(selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return has(fragments.get(selection.name.value));
    if (selection.name.value !== name) return false;
    return hasRest === undefined || (selection.selectionSet !== undefined && hasRest(selection.selectionSet));
  }

  return has;
}
