// The types of bundle.js, for the tests.

export const INLINED: readonly string[];
export function bundle(input: string, directory: string): Promise<void>;
