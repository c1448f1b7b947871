// What one figure of the bench is, and the naming of those that come in series. Knows none of them.

export interface Metric {
  readonly group: string;
  readonly title: string;
  readonly unit:
    | "ms"
    | "MB"
    | "kB"
    | "requests"
    | "edits"
    | "posts"
    | "packages"
    | "channels"
    | "%"
    | "requests/s"
    | "tokens/s";
  /** The same with nothing between, or the nearest thing to it. */
  readonly limit?: string;
  /** At most; printed, never asserted. A number, or what may come on top of the limit, or a multiple of it. */
  readonly aim?: number | { readonly plus: number } | { readonly times: number };
}

/** `{ "first": … }` → `{ "cold.first": … }`. */
export function named<Name extends string, Table extends Readonly<Record<string, Metric>>>(
  name: Name,
  table: Table,
): { readonly [Key in keyof Table & string as `${Name}.${Key}`]: Metric } {
  const entries = Object.entries(table).map(([key, metric]) => [`${name}.${key}`, metric]);
  return Object.fromEntries(entries);
}
