import type { Findings } from '../source/findings.ts';
import type { JsonObject } from './document.ts';
import type { Mapping } from './mapping.ts';
import { NAME, textFault, textOf } from './text.ts';

/** The roles that each category is routed to. The workspace's own keys replace the defaults'; an empty list drops a key. */
export function readCategoryRouting(mapping: Mapping, defaults: JsonObject, findings: Findings): JsonObject {
  const own = mapping.mapping('category_routing');
  if (!own) return defaults;
  const routing = new Map(Object.entries(defaults));
  for (const category of own.keys()) {
    const roles = own.items(category).flatMap((node) => textOf(node, NAME, findings) ?? []);
    const fault = textFault(category, NAME);
    if (fault) findings.error(own, `a category ${fault}`);
    if (roles.length > 0) routing.set(category, roles);
    else routing.delete(category);
  }
  return Object.fromEntries([...routing].sort(([a], [b]) => (a < b ? -1 : 1)));
}
