// A message as Claude gets it: the words, the thread before them where that is wanted, the attached files. Images go
// along as images; every other file is saved where Claude may read it.

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MessageBlock } from "../claude/types.ts";
import type { Directory } from "../mattermost/directory.ts";
import type { Attachment, MattermostApi, Post, PostId, ThreadId } from "../mattermost/types.ts";
import type { Message } from "./types.ts";

/** What the Messages API takes as an image, and its limit for one. */
const IMAGE_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const MAX_IMAGE_BYTES = 5 * 1024 * 1024;
const MAX_FILE_BYTES = 100 * 1024 * 1024;
const MAX_CONTEXT_POSTS = 100;
const MAX_CONTEXT_CHARACTERS = 40_000;

export interface ContentOptions {
  readonly api: Pick<MattermostApi, "thread" | "file">;
  readonly directory: Pick<Directory, "byId">;
  readonly threadId: ThreadId;
  /** Where files are saved; a directory of this session's own. */
  readonly filesDirectory: string;
  /** Told in one sentence what could not be handed over. */
  readonly onProblem: (detail: string) => void;
}

/** Never rejects: what can't be fetched is named, and the rest goes through. */
export async function contentOf(
  message: Message,
  text: string,
  options: ContentOptions,
): Promise<MessageBlock[]> {
  const before = message.withThread ? await threadBefore(message.postId, options) : "";
  const files = await Promise.all(message.attachments.map((file) => fetched(file, message.postId, options)));
  const images = files.filter((file): file is MessageBlock => file !== undefined && typeof file !== "string");
  const saved = files.filter((file) => typeof file === "string");
  const list = saved.length > 0 ? `\n\nAttached files:\n${saved.map((file) => `- ${file}`).join("\n")}` : "";
  const words = `${before}${text}${list}`.trim();
  // An empty text block is an error to the Messages API.
  return [
    ...images,
    {
      type: "text",
      text:
        words !== ""
          ? words
          : images.length > 0
            ? "See the attached image."
            : "(A file that could not be read.)",
    },
  ];
}

async function fetched(
  file: Attachment,
  postId: PostId,
  options: ContentOptions,
): Promise<MessageBlock | string | undefined> {
  try {
    if (file.size > MAX_FILE_BYTES) {
      throw new Error("it is larger than 100 MB");
    }
    const bytes = await options.api.file(file.id, MAX_FILE_BYTES);
    if (IMAGE_TYPES.has(file.mimeType) && bytes.byteLength <= MAX_IMAGE_BYTES) {
      return { type: "image", mediaType: file.mimeType, base64: Buffer.from(bytes).toString("base64") };
    }
    const path = join(options.filesDirectory, safeFileName(file.name, `${postId}${file.id}`));
    // The name is this file's alone; a message that is sent again after a crash saves it again.
    await writeFile(path, bytes, { mode: 0o600 });
    return path;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    options.onProblem(`The file \`${safeFileName(file.name, "")}\` could not be handed to Claude: ${why}`);
    return undefined;
  }
}

/**
 * A file name that stays in its directory and is what it looks like. `source` makes it unique: two files of one name
 * do not overwrite each other.
 */
export function safeFileName(name: string, source: string): string {
  const safe = name
    .normalize("NFC")
    .replace(/[\p{C}\p{Z}/\\:*?"<>|`'$&;()[\]{}!#~^]+/gu, "_")
    .replace(/^[.\-_]+/, "");
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(safe)?.[0] ?? "";
  const stem = [...safe.slice(0, safe.length - extension.length)].slice(0, 60).join("") || "file";
  const mark = source === "" ? "" : `-${createHash("sha256").update(source).digest("hex").slice(0, 6)}`;
  return `${stem}${mark}${extension}`;
}

/** What was said in the thread before `postId`, the newest of it when it is long; "" when that can't be read. */
async function threadBefore(
  postId: PostId,
  { api, directory, threadId, onProblem }: ContentOptions,
): Promise<string> {
  try {
    const posts = await api.thread(threadId);
    const at = posts.findIndex((post) => post.id === postId);
    const earlier = (at < 0 ? posts : posts.slice(0, at)).slice(-MAX_CONTEXT_POSTS);
    const lines: string[] = [];
    let length = 0;
    for (const post of earlier.reverse()) {
      const line = await spoken(post, directory);
      length += line.length;
      if (length > MAX_CONTEXT_CHARACTERS) {
        break;
      }
      lines.unshift(line);
    }
    const said = lines.filter((line) => line !== "");
    return said.length === 0 ? "" : `The thread so far:\n\n${said.join("\n\n")}\n\nThe message to you:\n\n`;
  } catch (error) {
    onProblem(
      `The thread so far could not be read for Claude: ${error instanceof Error ? error.message : error}`,
    );
    return "";
  }
}

async function spoken(post: Post, directory: Pick<Directory, "byId">): Promise<string> {
  const files = post.attachments.map((file) => ` [file: ${file.name}]`).join("");
  if (post.message.trim() === "" && files === "") {
    return "";
  }
  const user = await directory.byId(post.userId).catch(() => undefined);
  const name = user ? `@${user.username}` : "somebody";
  return `[${post.isFromPerson ? name : `${name}, automatic`}]: ${post.message}${files}`;
}
