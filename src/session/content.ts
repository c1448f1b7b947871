// A message as Claude gets it: the words, the thread before them where that is wanted, the attached files. Images go
// along as images; every other file is saved where Claude may read it.

import { createHash } from "node:crypto";
import type { MessageBlock } from "../claude/types.ts";
import { MattermostError } from "../mattermost/error.ts";
import type { FileInfo, MattermostApi, Post, PostId, ThreadId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import { quote } from "../render/markdown.ts";
import { withoutEnd } from "../util/without-end.ts";
import { isImageType, nameByType, typeOf } from "./file-type.ts";
import { saveFile, usageOf } from "./files-directory.ts";
import { spokenBy } from "./speaker-labels.ts";
import type { Message } from "./types.ts";

const MEGABYTE = 1024 * 1024;

/** The Messages API counts an image's base64, four characters of it for three bytes. */
const MAX_IMAGE_BYTES = (5 * MEGABYTE * 3) / 4;
const MAX_FILE_BYTES = 50 * MEGABYTE;
const TOO_LARGE = `it is larger than ${MAX_FILE_BYTES / MEGABYTE} MB`;
const MAX_MESSAGE_FILES = 10;
/** What one session's directory holds. */
const MAX_DIRECTORY_BYTES = 200 * MEGABYTE;
const MAX_DIRECTORY_FILES = 100;
/** File systems take 255, encrypted ones 143. */
const MAX_NAME_BYTES = 140;
const MAX_CONTEXT_POSTS = 100;
const MAX_CONTEXT_CHARACTERS = 40_000;

export interface ContentOptions {
  readonly api: Pick<MattermostApi, "thread" | "file">;
  readonly users: Pick<Users, "byId">;
  readonly threadId: ThreadId;
  /** Where files are saved; a directory of this session's own. Undefined when there is none. */
  readonly filesDirectory: string | undefined;
  /** Images are saved as well. */
  readonly imagesAsFiles?: boolean;
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
  const { images, saved } = await filesOf(message, options);
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

interface Files {
  readonly images: MessageBlock[];
  /** Their paths. */
  readonly saved: string[];
}

/** One after the other: so no more than one file is held at a time, and each finds what the one before has left. */
async function filesOf({ files, postId }: Message, options: ContentOptions): Promise<Files> {
  const got: Files = { images: [], saved: [] };
  const withoutRoom: FileInfo[] = [];
  for (const file of files.slice(0, MAX_MESSAGE_FILES)) {
    try {
      const block = await fetched(file, postId, options);
      if (block === "no room") {
        withoutRoom.push(file);
      } else if ("path" in block) {
        got.saved.push(block.path);
      } else {
        got.images.push(block);
      }
    } catch (error) {
      options.onProblem(`The file ${named([file])} could not be handed to Claude: ${reasonOf(error)}`);
    }
  }
  if (withoutRoom.length > 0) {
    const limit = `${MAX_DIRECTORY_FILES} files and ${MAX_DIRECTORY_BYTES / MEGABYTE} MB`;
    options.onProblem(
      `A session keeps ${limit} at most, so these were not handed to Claude: ${named(withoutRoom)}.`,
    );
  }
  const tooMany = files.slice(MAX_MESSAGE_FILES);
  if (tooMany.length > 0) {
    options.onProblem(
      `Only the first ${MAX_MESSAGE_FILES} files of a message are handed to Claude, so these were not: ${named(tooMany)}.`,
    );
  }
  return got;
}

async function fetched(
  file: FileInfo,
  postId: PostId,
  { api, filesDirectory, imagesAsFiles = false }: ContentOptions,
): Promise<MessageBlock | { readonly path: string } | "no room"> {
  if (file.size > MAX_FILE_BYTES) {
    throw new Error(TOO_LARGE);
  }
  const nameAs = (name: string): string => safeFileName(name, `${postId}${file.id}`);
  // What the server says of a file spares a download in vain; what counts is what comes.
  const mayBeImage = !imagesAsFiles && isImageType(file.mimeType) && file.size <= MAX_IMAGE_BYTES;
  if (!mayBeImage && (await placeFor(filesDirectory, nameAs(file.name), file.size)) === undefined) {
    return "no room";
  }
  const bytes = await api.file(file.id, MAX_FILE_BYTES);
  const type = typeOf(bytes);
  if (!imagesAsFiles && type && isImageType(type.mediaType) && bytes.byteLength <= MAX_IMAGE_BYTES) {
    return { type: "image", mediaType: type.mediaType, base64: Buffer.from(bytes).toString("base64") };
  }
  // Claude judges a file by its name, and a text that it takes for an image would be refused with everything after it.
  const name = nameAs(nameByType(safeFileName(file.name, ""), type));
  const place = await placeFor(filesDirectory, name, bytes.byteLength);
  // The name is this file's alone; a message that is sent again after a crash saves it again.
  return place === undefined ? "no room" : { path: await saveFile(place, name, bytes) };
}

/** `directory` when it takes a file of this name and size, whatever had the name before. */
async function placeFor(
  directory: string | undefined,
  name: string,
  bytes: number,
): Promise<string | undefined> {
  if (directory === undefined) {
    throw new Error("there is no place to save it");
  }
  const usage = await usageOf(directory, name, MAX_DIRECTORY_FILES);
  const hasRoom = usage.files < MAX_DIRECTORY_FILES && usage.bytes + bytes <= MAX_DIRECTORY_BYTES;
  return hasRoom ? directory : undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof MattermostError && error.code === "too-large") {
    return TOO_LARGE;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Some of them, when there are many: a sentence stays a sentence. */
function named(files: readonly FileInfo[]): string {
  const names = files.slice(0, MAX_MESSAGE_FILES).map((file) => `\`${safeFileName(file.name, "")}\``);
  const more = files.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Devices to Windows, whatever extension follows. */
const RESERVED = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;

/** What was space, and the full stops that Windows drops. */
const UNWANTED_END = "._";

/**
 * A file name that stays in its directory and is what it looks like. `source` makes it unique: two files of one name
 * do not overwrite each other. A name that is safe already stays as it is without one.
 */
export function safeFileName(name: string, source: string): string {
  const whole = name
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, "")
    .normalize("NFC")
    .replace(/[\p{C}\p{Z}\u2800/\\:*?"<>|`'$&;()[\]{}!#~^]+/gu, "_")
    .replace(/^[.\-_\p{M}]+/u, "");
  const clean = withoutEnd(whole, UNWANTED_END);
  const safe = RESERVED.test(clean) ? `file-${clean}` : clean;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(safe)?.[0] ?? "";
  const mark = source === "" ? "" : `-${createHash("sha256").update(source).digest("hex").slice(0, 6)}`;
  const room = MAX_NAME_BYTES - mark.length - extension.length;
  const stem = startOf(safe.slice(0, safe.length - extension.length), room) || "file";
  return withoutEnd(`${stem}${mark}${extension}`, UNWANTED_END);
}

/** As many whole characters as go into so many bytes. */
function startOf(text: string, maxBytes: number): string {
  let bytes = 0;
  let start = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) {
      break;
    }
    start += character;
  }
  return start;
}

/** What was said in the thread before `postId`, the newest of it when it is long; "" when that can't be read. */
async function threadBefore(
  postId: PostId,
  { api, users, threadId, onProblem }: ContentOptions,
): Promise<string> {
  try {
    const posts = await api.thread(threadId);
    const at = posts.findIndex((post) => post.id === postId);
    const earlier = (at < 0 ? posts : posts.slice(0, at)).slice(-MAX_CONTEXT_POSTS);
    const lines: string[] = [];
    let length = 0;
    for (const post of earlier.reverse()) {
      const line = await spoken(post, users);
      length += line.length;
      if (length > MAX_CONTEXT_CHARACTERS) {
        break;
      }
      lines.unshift(line);
    }
    const said = lines.filter((line) => line !== "");
    return said.length === 0
      ? ""
      : `The thread so far:\n\n${quote(said.join("\n\n"))}\n\nThe message to you:\n\n`;
  } catch (error) {
    onProblem(
      `The thread so far could not be read for Claude: ${error instanceof Error ? error.message : error}`,
    );
    return "";
  }
}

async function spoken(post: Post, users: Pick<Users, "byId">): Promise<string> {
  const files = post.files.map((file) => ` [file: ${safeFileName(file.name, "")}]`).join("");
  if (post.message.trim() === "" && files === "") {
    return "";
  }
  const user = await users.byId(post.userId).catch(() => undefined);
  return `${spokenBy(user?.username, post.message, { isAutomatic: !post.isFromPerson })}${files}`;
}

/** Where a message's files are, images as well: for what reaches Claude as text alone. Never rejects. */
export async function savedFiles(message: Message, options: ContentOptions): Promise<readonly string[]> {
  return (await filesOf(message, { ...options, imagesAsFiles: true })).saved;
}
