// One post of ours on the server: made with its bar and its file, and edited to what it says now. Knows nothing of the
// order of writes.

import { isPassing, MattermostError } from "../mattermost/error.ts";
import type { ChannelId, FileId, MattermostApi, Post, PostId, ThreadId } from "../mattermost/types.ts";
import { fence } from "../render/markdown.ts";
import type { Content, Entry, PostFile } from "./writes.ts";

export function isSameContent(one: Content | undefined, other: Content): boolean {
  return (
    one !== undefined &&
    one.markdown === other.markdown &&
    one.bar?.text === other.bar?.text &&
    one.bar?.color === other.bar?.color
  );
}

export const isWritten = ({ written, wanted }: Entry): boolean => isSameContent(written, wanted);

export const isEmptyContent = ({ markdown, bar }: Content): boolean => markdown === "" && bar === undefined;

export interface Created {
  readonly post: Post;
  /** What could not go along as a file, as text for posts of its own; undefined as a rule. */
  readonly unattached: string | undefined;
}

export async function createIn(
  api: Pick<MattermostApi, "createPost" | "uploadFile">,
  place: { readonly channelId: ChannelId; readonly threadId: ThreadId },
  entry: Entry,
  { markdown, bar }: Content,
): Promise<Created> {
  if (entry.file && entry.fileId === undefined) {
    entry.fileId = await upload(api, place.channelId, entry, entry.file);
  }
  const post = await api.createPost({
    channelId: place.channelId,
    rootId: place.threadId,
    message: markdown,
    pendingPostId: entry.pendingPostId,
    ...(bar ? { bar } : {}),
    ...(entry.fileId ? { fileIds: [entry.fileId] } : {}),
  });
  return { post, unattached: entry.file && !entry.fileId ? fence(entry.file.text) : undefined };
}

/** A server that fails to keep a file as often may take the post all the same, and somebody waits for it. */
const UPLOAD_TRIES = 3;

/** Undefined when the server takes no such file. */
async function upload(
  api: Pick<MattermostApi, "uploadFile">,
  channelId: ChannelId,
  entry: Entry,
  { name, text }: PostFile,
): Promise<FileId | undefined> {
  try {
    return await api.uploadFile(channelId, name, new TextEncoder().encode(text));
  } catch (error) {
    // The server's failure, or the page of something that lets no file through.
    const isFailing =
      error instanceof MattermostError && ["server", "bad-answer", "redirected"].includes(error.code);
    entry.uploadFailures += isFailing ? 1 : 0;
    if (isPassing(error) && entry.uploadFailures < UPLOAD_TRIES) {
      throw error;
    }
    // Files are switched off, or this one is too large for the server.
    return undefined;
  }
}

export function editTo(
  api: Pick<MattermostApi, "editPost">,
  id: PostId,
  { pendingPostId }: Entry,
  { markdown, bar }: Content,
): Promise<void> {
  return api.editPost(id, { message: markdown, pendingPostId, ...(bar ? { bar } : {}) });
}
