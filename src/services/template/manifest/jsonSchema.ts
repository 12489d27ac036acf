/**
 * Checks that a JSON Schema of a template is valid by draft 2020-12, self-contained, and cheap to validate with. The
 * check never compiles the schema: a compiler would turn text of another organization into code.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Fault } from './fault.ts';
import { patternFault } from './pattern.ts';
import {
  FORMATS,
  SCHEMA_KEYWORDS,
  SCHEMA_LIST_KEYWORDS,
  SCHEMA_MAP_KEYWORDS,
  VALUE_KEYWORDS,
} from './schemaKeyword.ts';

export const JSON_SCHEMA_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The number of schemas after every `$ref` is replaced by its target. It bounds the work of validating one value. */
const MAX_EXPANDED_SCHEMAS = 5_000;

/** `uniqueItems` compares each item with every other, which takes quadratic time. */
const MAX_UNIQUE_ITEMS = 1_000;

/** Bounds the size of the error. */
const MAX_FAULTS = 50;

const REFERENCE = /^#\/\$defs\/([A-Za-z0-9_.-]+)$/;

const ajv = new Ajv2020({ allErrors: true });

type Schema = Readonly<Record<string, unknown>>;

/** The faults of a schema, at most 50. Expects JSON of bounded depth, because the check is recursive. */
export function jsonSchemaFaults(schema: unknown): Fault[] {
  if (!isObject(schema)) return [{ path: '', message: 'must be a JSON Schema, as an object' }];
  const faults = new SchemaReader(schema).read();
  const known = new Set(faults.map(({ path }) => path));
  return [...faults, ...dialectFaults(schema).filter(({ path }) => !known.has(path))].slice(0, MAX_FAULTS);
}

/** The faults that the dialect's meta-schema finds, at most one per path. */
function dialectFaults(schema: Schema): Fault[] {
  const validate = ajv.getSchema(JSON_SCHEMA_DIALECT);
  if (!validate || validate(schema)) return [];
  const faults = new Map<string, Fault>();
  for (const { instancePath, message = 'is invalid' } of validate.errors ?? []) {
    const path = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
    if (!faults.has(path)) faults.set(path, { path, message });
  }
  return [...faults.values()];
}

class SchemaReader {
  readonly #root: Schema;
  readonly #definitions: Schema;
  readonly #faults: Fault[] = [];
  /** The expanded size of each definition; null while it is being read. */
  readonly #sizes = new Map<string, number | null>();

  constructor(root: Schema) {
    this.#root = root;
    this.#definitions = isObject(root.$defs) ? root.$defs : {};
  }

  read(): Fault[] {
    const size = this.#read(this.#root, []);
    const total = Object.keys(this.#definitions).reduce((sum, name) => sum + this.#sizeOf(name), size);
    if (total > MAX_EXPANDED_SCHEMAS) {
      this.#fault([], `must expand to at most ${MAX_EXPANDED_SCHEMAS} schemas, references replaced`);
    }
    return this.#faults;
  }

  /** Returns the schema's expanded size. */
  #read(schema: unknown, path: readonly string[]): number {
    if (!isObject(schema)) return 1;
    let size = 1;
    for (const [keyword, value] of Object.entries(schema)) {
      const at = [...path, keyword];
      if (keyword === '$defs') this.#checkDefinitions(at);
      else if (SCHEMA_KEYWORDS.has(keyword)) size += this.#read(value, at);
      else if (SCHEMA_LIST_KEYWORDS.has(keyword) || SCHEMA_MAP_KEYWORDS.has(keyword)) {
        for (const [name, each] of isContainer(value) ? Object.entries(value) : []) {
          if (keyword === 'patternProperties') this.#checkPattern(name, [...at, name]);
          size += this.#read(each, [...at, name]);
        }
      } else if (VALUE_KEYWORDS.has(keyword)) size += this.#readValue(schema, keyword, at);
      else this.#fault(at, 'is no keyword that a schema may have here');
    }
    return size;
  }

  #readValue(schema: Schema, keyword: string, at: readonly string[]): number {
    const value = schema[keyword];
    if (keyword === '$ref') return this.#follow(value, at);
    if (keyword === 'pattern' && typeof value === 'string') this.#checkPattern(value, at);
    if (keyword === 'format' && !FORMATS.has(String(value))) {
      this.#fault(at, `must be one of ${[...FORMATS].join(', ')}`);
    }
    if (keyword === '$schema' && value !== JSON_SCHEMA_DIALECT)
      this.#fault(at, `must be ${JSON_SCHEMA_DIALECT}`);
    const isBounded = typeof schema.maxItems === 'number' && schema.maxItems <= MAX_UNIQUE_ITEMS;
    if (keyword === 'uniqueItems' && value === true && !isBounded) {
      this.#fault(at, `must come with maxItems of at most ${MAX_UNIQUE_ITEMS}`);
    }
    return 0;
  }

  #follow(reference: unknown, at: readonly string[]): number {
    const name = REFERENCE.exec(String(reference))?.[1];
    if (name !== undefined && Object.hasOwn(this.#definitions, name)) return this.#sizeOf(name, at);
    this.#fault(at, 'must be `#/$defs/<name>`, with a name that the schema defines at its root');
    return 0;
  }

  #sizeOf(name: string, at: readonly string[] = []): number {
    const known = this.#sizes.get(name);
    if (known === null) this.#fault(at, 'must not lead back to itself');
    if (known !== undefined) return known ?? 0;
    this.#sizes.set(name, null);
    const size = this.#read(this.#definitions[name], ['$defs', name]);
    this.#sizes.set(name, size);
    return size;
  }

  #checkDefinitions(at: readonly string[]): void {
    if (at.length > 1) this.#fault(at, 'must be at the root of the schema');
  }

  #checkPattern(pattern: string, at: readonly string[]): void {
    const fault = patternFault(pattern);
    if (fault !== null) this.#fault(at, fault);
  }

  #fault(path: readonly string[], message: string): void {
    this.#faults.push({ path: path.join('.'), message });
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isObject(value: unknown): value is Schema {
  return isContainer(value) && !Array.isArray(value);
}
