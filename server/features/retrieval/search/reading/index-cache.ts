import type { IndexDatabase } from '../../indexing/index-schema-store.ts';

/** Remembers what was made of an index until its writer commits something. */
export function perIndex<Value>(make: (index: IndexDatabase) => Value): (index: IndexDatabase) => Value {
  const remembered = new WeakMap<IndexDatabase, { version: unknown; value: Value }>();
  return (index) => {
    const version = index.pragma('data_version', { simple: true });
    const known = remembered.get(index);
    if (known?.version === version && known) return known.value;
    const value = make(index);
    remembered.set(index, { version, value });
    return value;
  };
}
