// Owns the uploaded files, in memory and bounded: the oldest is forgotten first. Knows nothing of multipart.
import { getMimeType } from "hono/utils/mime";
import { newId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

const MAX_FILES = 2000;
const MAX_BYTES = 256 * 1024 * 1024;

export interface FileRecord {
  readonly id: string;
  readonly userId: string;
  readonly channelId: string;
  readonly name: string;
  readonly extension: string;
  readonly mimeType: string;
  readonly createAt: number;
  readonly bytes: Uint8Array;
  /** Empty until a post carries the file. */
  postId: string;
}

interface Attaching {
  readonly userId: string;
  readonly channelId: string;
  readonly postId: string;
}

export interface Files {
  add(userId: string, channelId: string, name: string, bytes: Uint8Array): FileRecord;
  get(id: string): FileRecord | undefined;
  /**
   * Takes the ids that the account has uploaded to that channel and that are not yet in a post; the others are left out,
   * as on the server.
   */
  attach(ids: readonly string[], to: Attaching): string[];
}

export function createFiles(stamp: Stamp): Files {
  const files = new Map<string, FileRecord>();
  let total = 0;
  return {
    add(userId, channelId, path, bytes) {
      const name = path.split(/[/\\]/).at(-1) || "file";
      const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
      const mimeType = getMimeType(name) ?? "application/octet-stream";
      const file: FileRecord = {
        id: newId(),
        userId,
        channelId,
        name,
        extension,
        mimeType,
        createAt: stamp(),
        bytes,
        postId: "",
      };
      files.set(file.id, file);
      total += bytes.length;
      while (files.size > MAX_FILES || total > MAX_BYTES) {
        const [oldest] = files.values();
        if (!oldest) break;
        files.delete(oldest.id);
        total -= oldest.bytes.length;
      }
      return file;
    },
    get: (id) => files.get(id),
    attach(ids, { userId, channelId, postId }) {
      const mine = [...new Set(ids)].filter((id) => {
        const file = files.get(id);
        return file?.userId === userId && file.channelId === channelId && file.postId === "";
      });
      for (const id of mine) {
        const file = files.get(id);
        if (file) file.postId = postId;
      }
      return mine;
    },
  };
}
