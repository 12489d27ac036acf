/** Random trees and edits: RECONCILE reaches the document, and an export is read back as what it was. */
import { expect, test } from '../../support/test.ts';
import { documentOf, importerOf, type Tree } from './importing.ts';

/** Mulberry32: a fault can be run again by its seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The names in some order, each below an earlier one or at the top. Every name occurs once. */
function randomTree(names: string[], random: () => number): Tree {
  const roots: Tree = {};
  const places: Tree[] = [roots];
  for (const name of [...names].sort(() => random() - 0.5)) {
    const below: Tree = {};
    const place = places[Math.floor(random() * places.length)] ?? roots;
    place[name] = below;
    places.push(below);
  }
  return roots;
}

function pathsOf(tree: Tree, above: string[] = []): string[] {
  return Object.entries(tree).flatMap(([name, below]) => [
    [...above, name].join('/'),
    ...pathsOf(below, [...above, name]),
  ]);
}

test.for([1, 2])('seed %i', async (seed, { team }) => {
  const random = randomOf(seed);
  const names = Array.from({ length: 14 }, (_, index) => `W${index}`);
  const importer = importerOf(team);
  const paths = async () => (await importer.tree()).map(({ path }) => path.join('/')).sort();
  await importer.import(documentOf(randomTree(names, random)));
  for (let round = 0; round < 3; round += 1) {
    const tree = randomTree(names, random);
    const plan = await importer.plan(documentOf(tree), { mode: 'RECONCILE' });
    const done = await importer.reconcile(documentOf(tree), { expectedPlanHash: plan.hash });
    expect(await paths()).toEqual(pathsOf(tree).sort());
    // Every name has one row and one place, so that each row stays and moves.
    expect(done.import).toMatchObject({ createdCount: 0, removedCount: 0 });
    const again = await importer.reconcile(documentOf(tree));
    expect(again.items.every(({ action }) => action === 'SKIPPED')).toBe(true);
    const exported = await importer.reconcile(await importer.export());
    expect(exported.items.map(({ action }) => action)).toEqual(Array(names.length).fill('SKIPPED'));
    // MERGE of another tree makes second rows, which RECONCILE of the first takes away again.
    await importer.import(documentOf(randomTree(names, random)));
    await importer.reconcile(documentOf(tree));
    expect(await paths()).toEqual(pathsOf(tree).sort());
  }
});
