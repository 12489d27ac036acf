/** Thrown for what the compiler does not know. Prisma reads it then. */
export class NotCompiledError extends Error {}

export function notCompiled(what: string): never {
  throw new NotCompiledError(`Not compiled: ${what}.`);
}
