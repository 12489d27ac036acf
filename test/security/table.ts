/** A table as people write one: a line for each row, its cells between bars, the first line the heads. */
export function table<Head extends string>(text: string): ({ name: string } & Record<Head, string>)[] {
  const [heads = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.map(([name = '', ...cells]) => {
    if (cells.length !== heads.length - 1)
      throw new Error(`${name} has not as many cells as there are heads.`);
    return Object.fromEntries([
      ['name', name],
      ...heads.slice(1).map((head, column) => [head, cells[column]]),
    ]);
  });
}
