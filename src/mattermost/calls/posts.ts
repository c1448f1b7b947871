// The REST calls about posts and threads.

import type { Log } from "../../util/log.ts";
import { decodePost, decodePostList, INSTANCE_PROP, PENDING_POST_ID_PROP } from "../decode.ts";
import { asTooLong } from "../error.ts";
import type {
  ChannelId,
  ChannelPage,
  MattermostApi,
  NewPost,
  Post,
  PostEdit,
  PostId,
  ThreadId,
} from "../types.ts";
import type { JsonRequest, JsonRequests } from "./json-requests.ts";
import { postsSince } from "./posts-since.ts";

type PostCalls = Pick<
  MattermostApi,
  "createPost" | "editPost" | "post" | "thread" | "postsSince" | "postsBefore" | "searchPosts"
>;

/** The most that the server gives at once. */
const MAX_PAGE = 200;

/** `instance`: marks the posts that are created. */
export function postCalls(json: JsonRequests, instance: string, log: Log | undefined): PostCalls {
  return {
    createPost: (post) => createPost(json, post, instance),
    editPost: (id, edit) => editPost(json, id, edit, instance),
    post: (id) => json.get("read a post", `/posts/${id}`, decodePost),
    thread: (id) => thread(json, id),
    postsSince: (...which) => postsSince(json, which, log),
    postsBefore: (channelId, before, limit) => postsBefore(json, channelId, before, limit),
    searchPosts: (teamId, terms) => searchPosts(json, teamId, terms),
  };
}

async function createPost(json: JsonRequests, post: NewPost, instance: string): Promise<Post> {
  const body = {
    channel_id: post.channelId,
    root_id: post.rootId,
    message: post.message,
    pending_post_id: post.pendingPostId,
    props: propsOf(post, instance),
    ...(post.fileIds?.length ? { file_ids: post.fileIds } : {}),
  };
  return sendPost(json, { what: "create a post", method: "POST", path: "/posts", body });
}

async function editPost(json: JsonRequests, id: PostId, edit: PostEdit, instance: string): Promise<void> {
  // A field that a patch leaves out stays as it is; `props` replaces all props of the post.
  const body = {
    message: edit.message,
    ...(edit.attachment === undefined ? {} : { props: propsOf(edit, instance) }),
  };
  await sendPost(json, { what: "edit a post", method: "PUT", path: `/posts/${id}/patch`, body });
}

async function thread(json: JsonRequests, id: ThreadId): Promise<Post[]> {
  const { posts } = await json.get("read a thread", `/posts/${id}/thread`, decodePostList);
  return posts;
}

async function postsBefore(
  json: JsonRequests,
  channelId: ChannelId,
  before: PostId | undefined,
  limit: number,
): Promise<ChannelPage> {
  // Otherwise the whole threads of replies come along (10.11, read).
  const query = `page=0&per_page=${Math.min(limit, MAX_PAGE)}&skipFetchThreads=true`;
  const path = `/channels/${channelId}/posts?${query}${before === undefined ? "" : `&before=${before}`}`;
  const list = await json.get("read the channel's posts", path, decodePostList);
  return { posts: list.posts, hasOlder: list.hasOlder };
}

async function searchPosts(json: JsonRequests, teamId: string, terms: string): Promise<Post[]> {
  const path = `/teams/${encodeURIComponent(teamId)}/posts/search`;
  const body = { terms, is_or_search: false };
  const { posts } = await json.send({ what: "search", method: "POST", path, body }, decodePostList);
  return posts.reverse();
}

async function sendPost(json: JsonRequests, request: JsonRequest): Promise<Post> {
  try {
    return await json.send(request, decodePost);
  } catch (error) {
    throw asTooLong(error);
  }
}

function propsOf(
  { attachment, pendingPostId }: Pick<PostEdit, "attachment" | "pendingPostId">,
  instance: string,
): object {
  return {
    [PENDING_POST_ID_PROP]: pendingPostId,
    [INSTANCE_PROP]: instance,
    ...(attachment === undefined
      ? {}
      : { attachments: [{ color: attachment.color, text: attachment.text, fallback: attachment.text }] }),
  };
}
