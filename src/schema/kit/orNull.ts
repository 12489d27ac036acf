/**
 * Options of a nullable field for a column that holds '' or 0 in place of a value that is absent or unknown: the API says
 * null, as the image of the row in the feed does.
 */
export function orNull<Column extends string>(column: Column) {
  return {
    nullable: true as const,
    select: { [column]: true } as Record<Column, true>,
    resolve: <Value extends string | number>(row: Record<Column, Value>) => row[column] || null,
  };
}
