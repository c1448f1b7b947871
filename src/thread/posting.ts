// One post of ours on the server: it is made with its attachment and its file, and edited to what it should say now.
// Knows nothing of the order of writes.

import { MattermostError } from "../mattermost/error.ts";
import type { ChannelId, FileId, MattermostApi, Post, PostId, ThreadId } from "../mattermost/types.ts";
import { isRetryable } from "./retry-policy.ts";
import type { Content, Entry, PostFile } from "./writes.ts";

export interface Place {
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
  /** As in ThreadWriterOptions. */
  readonly saved?: (() => Promise<void> | undefined) | undefined;
}

export async function createIn(
  api: Pick<MattermostApi, "createPost">,
  { channelId, threadId, saved }: Place,
  { pendingPostId, fileId, fileIds = [] }: Pick<Entry, "pendingPostId" | "fileId" | "fileIds">,
  { markdown, attachment }: Content,
): Promise<Post> {
  const files = fileId ? [...fileIds, fileId] : fileIds;
  await saved?.();
  return api.createPost({
    channelId,
    rootId: threadId,
    message: markdown,
    pendingPostId,
    ...(attachment ? { attachment } : {}),
    ...(files.length > 0 ? { fileIds: files } : {}),
  });
}

/** Undefined when the server takes no such file: files are switched off, or this one is too large. */
export async function upload(
  api: Pick<MattermostApi, "uploadFile">,
  { channelId }: Place,
  { name, text }: PostFile,
): Promise<FileId | undefined> {
  try {
    return await api.uploadFile(channelId, name, new TextEncoder().encode(text));
  } catch (error) {
    // The same bytes will meet the same limit again, a proxy's as well.
    const isTooLarge = error instanceof MattermostError && error.code === "too-large";
    if (isRetryable(error) && !isTooLarge) {
      throw error;
    }
    return undefined;
  }
}

export async function editTo(
  api: Pick<MattermostApi, "editPost">,
  { saved }: Pick<Place, "saved">,
  id: PostId,
  { pendingPostId }: Entry,
  { markdown, attachment }: Content,
): Promise<void> {
  await saved?.();
  return api.editPost(id, { message: markdown, pendingPostId, ...(attachment ? { attachment } : {}) });
}
