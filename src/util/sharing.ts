// One copy of values that say the same: of hundreds of projects, most say it.

/** Of values that say the same as the one before, one is kept. */
export function sharing<T>(): (value: T) => T {
  let kept: { readonly value: T; readonly json: string | undefined } | undefined;
  return (value) => {
    const json = JSON.stringify(value) as string | undefined;
    if (kept === undefined || kept.json !== json) {
      kept = { value, json };
    }
    return kept.value;
  };
}
