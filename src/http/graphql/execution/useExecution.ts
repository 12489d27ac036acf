/** Executes the operations of every transport, and counts the bytes of each answer while it is made. */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../../context.ts';
import { execute } from './execute.ts';

export function useExecution(): Plugin<Context> {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(executeOperation);
    },
  };
}

/** Ends the operation when its answer is too large. */
export function executeOperation(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const { operation } = args.contextValue as Context;
  if (!operation) return execute(args);
  return execute(args, (key, value) => operation.countWritten(key.length + FIELD_BYTES + bytesOf(value)));
}

/** The punctuation around a field. */
const FIELD_BYTES = 4;
/** Of a number, a boolean or null. */
const VALUE_BYTES = 8;
const TIME_BYTES = 26;
/** Of a shorter text, the number of characters is exact enough. */
const LONG_TEXT = 256;

/** The size of a value as JSON. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length < LONG_TEXT ? value.length + 2 : jsonBytes(value);
  if (value instanceof Date) return TIME_BYTES;
  return value && typeof value === 'object' ? jsonBytes(value) : VALUE_BYTES;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
