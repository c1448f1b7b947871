// Files that are complete even after a loss of power: the content is on the disk before the file gets its name, and the
// name is on the disk before anybody is told that the file is written.

import type * as nodeFs from "node:fs";

/** The functions that tests replace to act a disk that fails, or forgets. */
export type DurableFiles = Pick<typeof nodeFs.promises, "open" | "rename" | "rm">;

export type OpenFile = Pick<nodeFs.promises.FileHandle, "close" | "sync" | "writeFile">;

/** The earlier content stays until the new one is complete. The name is safe only after `syncFolder`. Left open. */
export async function replaceFile(
  path: string,
  text: string,
  mode: number,
  { open, rename, rm }: DurableFiles,
): Promise<OpenFile> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(draft, "w", mode);
    try {
      await file.writeFile(text);
      await file.sync();
      await rename(draft, path);
      return file;
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** Makes sure of the names in a folder: those that are new, and those that are gone. */
export async function syncFolder(path: string, { open }: DurableFiles): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems can't do that for a folder, and keep names as they are.
    if (!isUnsupported(error)) {
      throw error;
    }
  } finally {
    await handle.close();
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["EINVAL", "ENOTSUP"].includes(String(error.code));
}
