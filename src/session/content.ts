// A message as Claude gets it: the words, the thread before them where that is wanted, the attached files. Images go
// along as images; every other file is saved where Claude may read it.

import type { MessageBlock } from "../claude/types.ts";
import { MattermostError } from "../mattermost/error.ts";
import type { FileInfo, MattermostApi, Post, PostId, ThreadId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import { RemoteError } from "../remote/error.ts";
import { quote } from "../render/markdown.ts";
import { spokenBy } from "../render/speaker-labels.ts";
import { safeFileName } from "../util/file-names.ts";
import { isImageType, typeOf } from "../util/file-type.ts";
import {
  DIRECTORY_LIMIT,
  MAX_SAVED_BYTES,
  nameToSave,
  type SavedFiles,
  TOO_LARGE_TO_SAVE,
} from "../util/saved-files.ts";
import type { Message } from "./signals.ts";

const MEGABYTE = 1024 * 1024;

/** The Messages API counts an image's base64, four characters of it for three bytes. */
const MAX_IMAGE_BYTES = (5 * MEGABYTE * 3) / 4;
const MAX_MESSAGE_FILES = 10;
const MAX_CONTEXT_POSTS = 100;
const MAX_CONTEXT_CHARACTERS = 40_000;

export interface ContentOptions {
  readonly api: Pick<MattermostApi, "thread" | "file">;
  readonly users: Pick<Users, "byId">;
  readonly threadId: ThreadId;
  /** Where files are saved; a directory of this session's own. Undefined when there is none. */
  readonly filesDirectory: SavedFiles | undefined;
  /** Images are saved as well. */
  readonly imagesAsFiles?: boolean;
  /** Told in one sentence what could not be handed over. */
  readonly onProblem: (detail: string) => void;
}

/**
 * What can't be fetched is named, and the rest goes through. Rejects only with a RemoteError, when the machine where files
 * are saved is away.
 */
export async function contentOf(
  message: Message,
  text: string,
  options: ContentOptions,
): Promise<MessageBlock[]> {
  const before = message.withThread ? await threadBefore(message.postId, options) : "";
  const { images, saved } = await filesOf(message, options, isAway);
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

/** One that answers too late for a file might do so each time. */
const isAway = (error: unknown): boolean => error instanceof RemoteError && error.code !== "timeout";

interface Files {
  readonly images: MessageBlock[];
  /** Their paths. */
  readonly saved: string[];
}

/** One after the other: so no more than one file is held at a time, and each finds what the one before has left. */
async function filesOf(
  { files, postId }: Message,
  options: ContentOptions,
  isFatal: (error: unknown) => boolean = () => false,
): Promise<Files> {
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
      if (isFatal(error)) {
        throw error;
      }
      options.onProblem(`The file ${named([file])} could not be handed to Claude: ${reasonOf(error)}`);
    }
  }
  if (withoutRoom.length > 0) {
    options.onProblem(
      `A session keeps ${DIRECTORY_LIMIT} at most, so these were not handed to Claude: ${named(withoutRoom)}.`,
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
  if (file.size > MAX_SAVED_BYTES) {
    throw new Error(TOO_LARGE_TO_SAVE);
  }
  const source = `${postId}${file.id}`;
  // What the server says of a file spares a download in vain; what counts is what comes.
  const mayBeImage = !imagesAsFiles && isImageType(file.mimeType) && file.size <= MAX_IMAGE_BYTES;
  if (
    !mayBeImage &&
    !(await existing(filesDirectory).hasRoomFor(safeFileName(file.name, source), file.size))
  ) {
    return "no room";
  }
  const bytes = await api.file(file.id, MAX_SAVED_BYTES);
  const type = typeOf(bytes);
  if (!imagesAsFiles && type && isImageType(type.mediaType) && bytes.byteLength <= MAX_IMAGE_BYTES) {
    return { type: "image", mediaType: type.mediaType, base64: Buffer.from(bytes).toString("base64") };
  }
  const name = nameToSave(file.name, source, bytes);
  // A message that is sent again after a crash saves it again, in the same place.
  const path = await existing(filesDirectory).save(name, bytes);
  return path === undefined ? "no room" : { path };
}

function existing(directory: SavedFiles | undefined): SavedFiles {
  if (directory === undefined) {
    throw new Error("there is no place to save it");
  }
  return directory;
}

function reasonOf(error: unknown): string {
  if (error instanceof MattermostError && error.code === "too-large") {
    return TOO_LARGE_TO_SAVE;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Some of them, when there are many: a sentence stays a sentence. */
function named(files: readonly FileInfo[]): string {
  const names = files.slice(0, MAX_MESSAGE_FILES).map((file) => `\`${safeFileName(file.name, "")}\``);
  const more = files.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
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
