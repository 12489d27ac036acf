#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Node.js keeps the compiled code here, which saves a start a third of its CPU. Where the directory cannot be written, it
// keeps nothing.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node-compile-cache', import.meta.url)));

const { program } = await import('./cli/program.ts');
await program.parseAsync();
