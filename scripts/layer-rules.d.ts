// The types of layer-rules.js, for its tests.

export function layerFaults(
  layers: Readonly<Record<string, readonly string[]>>,
  files: ReadonlyMap<string, string>,
): string[];
