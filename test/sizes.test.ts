/** The size limits of files. Generated files and SQL are left out. */
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const sizesIn = (folder: string) =>
  globSync(`${folder}/**/*.ts`, { exclude: ['test/graphql/**'] })
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .sort((a, b) => a.lines - b.lines);

it.each([
  ['src', 300],
  ['test', 600],
])('no file in %s has more than %i lines', (folder, max) => {
  const sizes = sizesIn(folder);
  expect(sizes.length).toBeGreaterThan(100);
  expect(sizes.filter(({ lines }) => lines > max)).toEqual([]);
});

it('half of the files in src have at most 80 lines', () => {
  const sizes = sizesIn('src');
  expect(sizes[Math.floor(sizes.length / 2)]?.lines).toBeLessThanOrEqual(80);
});
