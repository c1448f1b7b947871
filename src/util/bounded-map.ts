// A Map with a limit: a new entry above it removes the least recently used one. Reading with `get` counts as use.

export class BoundedMap<K, V> {
  /** None before the first: there are many of these, and most of them stay empty. */
  #entries: Map<K, V> | undefined;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  has(key: K): boolean {
    return this.#entries?.has(key) ?? false;
  }

  get(key: K): V | undefined {
    const value = this.#entries?.get(key);
    if (value !== undefined) {
      this.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    // A Map keeps the order of insertion, so the first key is the least recently used.
    this.#entries ??= new Map();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#limit) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest as K);
    }
  }

  delete(key: K): boolean {
    return this.#entries?.delete(key) ?? false;
  }
}
