// The types of package-rules.js, for its tests.

export function faults(manifest: object, lock: object, inlined?: readonly string[]): string[];
export function notes(lock: object): string[];
export function auditFaults(
  report: unknown,
  severities?: readonly string[],
  always?: readonly string[],
): string[] | undefined;
