/** Prints the results of the fault tests, one line each. */
import { basename } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import type {} from './report.ts';

const COLUMNS = [
  'changes',
  'clients',
  'received',
  'missing',
  'repeated',
  'inverted',
  'split',
  'wrong',
] as const;

export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = [['fault', ...COLUMNS, '']];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { fault } = test.meta();
        const name = `${basename(module.moduleId, '.test.ts')}: ${test.name}`;
        if (fault) lines.push([name, ...COLUMNS.map((column) => String(fault[column])), fault.details ?? '']);
        else if (test.result().state !== 'passed') lines.push([`${name} (${test.result().state})`]);
      }
    }
    const widths = COLUMNS.map((_, index) => Math.max(...lines.map((line) => line[index + 1]?.length ?? 0)));
    for (const [name, ...cells] of lines) {
      const figures = widths.map((width, index) => (cells[index] ?? '').padStart(width));
      process.stdout.write(`${figures.join('  ')}  ${name}${cells.at(-1) ? `; ${cells.at(-1)}` : ''}\n`);
    }
  }
}
