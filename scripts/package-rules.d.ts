// The types of package-rules.js, for its tests.

export function faults(manifest: object, lock: object): string[];
export function notes(lock: object): string[];
export function auditFaults(report: unknown, severities?: readonly string[]): string[] | undefined;
