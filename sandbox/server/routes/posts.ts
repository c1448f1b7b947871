// Single posts over REST: writing, reading, editing, deleting. Lists of them, and reactions, have files of their own.
import { badBody } from "../api-error.ts";
import type { PostChanges } from "../posts.ts";
import { wirePost } from "../wire.ts";
import {
  type App,
  type Ctx,
  endpointsOver,
  idParam,
  isObject,
  me,
  OK,
  objectBody,
  postParam,
  type Services,
  stringOf,
  stringsOf,
} from "./context.ts";

export function mountPosts(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.post("/api/v4/posts", by(createPost));
  app.get("/api/v4/posts/:post_id", by(readPost));
  app.put("/api/v4/posts/:post_id/patch", by(patchPost));
  app.put("/api/v4/posts/:post_id", by(replacePost));
  app.delete("/api/v4/posts/:post_id", by(deletePost));
}

async function createPost(c: Ctx, { store, posting }: Services): Promise<Response> {
  const body = await objectBody(c, "post");
  const { post, view } = posting.create(me(c), {
    channelId: stringOf(body["channel_id"]),
    rootId: stringOf(body["root_id"]),
    message: stringOf(body["message"]),
    pendingPostId: stringOf(body["pending_post_id"]),
    fileIds: stringsOf(body["file_ids"]),
    props: isObject(body["props"]) ? body["props"] : {},
    setOnline: c.req.query("set_online") !== "false",
  });
  return c.json(wirePost(store, post, view), 201);
}

function readPost(c: Ctx, { store }: Services): Response {
  return c.json(wirePost(store, postParam(c, store)));
}

async function patchPost(c: Ctx, { store, posting }: Services): Promise<Response> {
  const body = await objectBody(c, "post");
  return c.json(wirePost(store, posting.edit(me(c), idParam(c, "post_id"), changesOf(body))));
}

async function replacePost(c: Ctx, { store, posting }: Services): Promise<Response> {
  const body = await objectBody(c, "post");
  const id = idParam(c, "post_id");
  if (body["id"] !== id) throw badBody("id");
  return c.json(wirePost(store, posting.edit(me(c), id, { message: "", ...changesOf(body) })));
}

function deletePost(c: Ctx, { posting }: Services): Response {
  posting.remove(me(c), idParam(c, "post_id"));
  return c.json(OK);
}

function changesOf(body: Readonly<Record<string, unknown>>): PostChanges {
  const { message, props, file_ids } = body;
  return {
    ...(typeof message === "string" && { message }),
    ...(isObject(props) && { props }),
    ...(Array.isArray(file_ids) && { fileIds: stringsOf(file_ids) }),
  };
}
