/** Parses and validates each document once, for every transport. Clients send few. */
import { type DocumentNode, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { checkDocument } from '../limits/document.ts';

/** What is kept: many small documents, or 60 of the largest. */
const LIMITS = { max: 1_000, maxSize: 64 * 1024 * 1024 };
/** Of a parsed document, in memory. */
const BYTES_PER_TOKEN = 500;
const BYTES_PER_CHARACTER = 2;

export function useDocuments(): Plugin {
  const parsed = new LRUCache<string, DocumentNode>(LIMITS);
  const faults = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  return {
    onParse({ params: { source }, setParsedDocument }) {
      const text = typeof source === 'string' ? source : source.body;
      const known = parsed.get(text);
      if (known) return setParsedDocument(known);
      const tokens = checkDocument(text);
      return ({ result }) => {
        // yoga gives the error its code over HTTP only.
        if (result instanceof GraphQLError) result.extensions.code ??= 'GRAPHQL_PARSE_FAILED';
        if (!result || result instanceof Error) return;
        parsed.set(text, result, { size: tokens * BYTES_PER_TOKEN + text.length * BYTES_PER_CHARACTER });
      };
    },

    onValidate({ params: { documentAST }, setResult }) {
      const known = faults.get(documentAST);
      if (known) return setResult(known);
      return ({ result }) => void faults.set(documentAST, result as readonly GraphQLError[]);
    },
  };
}
