import { queryFromInfo } from '@pothos/plugin-prisma';
import { type GraphQLResolveInfo, getNamedType, isObjectType } from 'graphql';
import type { Context } from '../../../context.ts';
import { rowOf } from '../rowLoader.ts';
import type { Row } from './cursor.ts';

const NODE_PATHS = [[{ name: 'nodes' }], [{ name: 'edges' }, { name: 'node' }]];

/**
 * Reads the rows of a page that was found without them. A row that was deleted meanwhile is left out. The cursors stay
 * those of the rows as they were found, so that the next page begins where this one ended.
 */
export async function withRows<Page extends { edges: { node: Row }[] }>(
  page: Page,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Page> {
  const connection = getNamedType(info.returnType);
  const nodes = isObjectType(connection) ? connection.getFields().nodes : undefined;
  if (!nodes) throw new Error(`${info.parentType.name}.${info.fieldName} is no connection.`);
  const { name, extensions } = getNamedType(nodes.type);
  const query = queryFromInfo({ context, info, typeName: name, paths: NODE_PATHS });
  // No field of the rows is selected.
  if (!query.select) return page;

  const model = String(extensions.pothosPrismaModel);
  const rows = await Promise.all(page.edges.map(({ node }) => rowOf(context, model, query, String(node.id))));
  const edges = page.edges.filter((edge, index) => {
    const row = rows[index];
    if (row) edge.node = row;
    return row !== null;
  });
  return { ...page, edges };
}
