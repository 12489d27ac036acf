/** Parses a text table: one line for each row, cells separated by bars, the headings in the first line. */
export function table<Head extends string>(text: string): ({ name: string } & Record<Head, string>)[] {
  const [heads = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.map(([name = '', ...cells]) => {
    if (cells.length !== heads.length - 1)
      throw new Error(`${name} has another number of cells than the headings.`);
    return Object.fromEntries([
      ['name', name],
      ...heads.slice(1).map((head, column) => [head, cells[column]]),
    ]);
  });
}
