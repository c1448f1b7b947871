// What is kept, in memory: saved the moment it changes.

import type { ChangingDocuments } from "../../src/store/document-store.ts";

export function memoryDocuments(documents: Map<string, string>): ChangingDocuments {
  return {
    change: (name, json) => void documents.set(name, json()),
    saved: () => undefined,
    remove: (name) => void documents.delete(name),
  };
}
