/** What was asked for lately. */
export type Recent<Value> = { get(key: string): Value | undefined; set(key: string, value: Value): unknown };

/** Keeps so many values, and forgets the one that was asked for longest ago. */
export function keepRecent<Value>(size: number): Recent<Value> {
  // A map tells its keys in the order in which they came.
  const values = new Map<string, Value>();
  return {
    get(key) {
      const value = values.get(key);
      if (value !== undefined) {
        values.delete(key);
        values.set(key, value);
      }
      return value;
    },
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      const [oldest] = values.keys();
      if (values.size > size && oldest !== undefined) values.delete(oldest);
    },
  };
}
