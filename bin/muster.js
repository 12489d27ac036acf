#!/usr/bin/env node
// Plain JavaScript, so that a Node.js which cannot run TypeScript gets as far as saying so.
const REQUIRED = '22.18';

const [major, minor] = process.versions.node.split('.').map(Number);
const [requiredMajor, requiredMinor] = REQUIRED.split('.').map(Number);

if (major > requiredMajor || (major === requiredMajor && minor >= requiredMinor)) {
  await import('../src/main.ts');
} else {
  process.stderr.write(
    `Muster needs Node.js ${REQUIRED} or newer, and this is ${process.versions.node}. "npm ci" installs one for "npm start" and "npm run muster --"; "npm ci --omit=dev" does not.\n`,
  );
  process.exitCode = 1;
}
