// Reactions over REST: setting one, reading a post's, taking one back.
import { refused } from "../api-error.ts";
import { wireReaction } from "../wire.ts";
import {
  type App,
  type Ctx,
  endpointsOver,
  idParam,
  me,
  OK,
  objectBody,
  postParam,
  type Services,
  stringOf,
  textParam,
} from "./context.ts";

export function mountReactions(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.post("/api/v4/reactions", by(addReaction));
  app.get("/api/v4/posts/:post_id/reactions", by(readReactions));
  app.delete("/api/v4/users/:user_id/posts/:post_id/reactions/:emoji_name", by(removeReaction));
}

async function addReaction(c: Ctx, { reacting }: Services): Promise<Response> {
  const body = await objectBody(c, "reaction");
  const user = me(c);
  if (body["user_id"] !== user.id) throw refused();
  return c.json(reacting.add(user, stringOf(body["post_id"]), stringOf(body["emoji_name"])));
}

function readReactions(c: Ctx, { store }: Services): Response {
  const post = postParam(c, store);
  return c.json(post.reactions.map((reaction) => wireReaction(post, reaction)));
}

function removeReaction(c: Ctx, { reacting }: Services): Response {
  const user = me(c);
  if (textParam(c, "user_id") !== "me" && idParam(c, "user_id") !== user.id) throw refused();
  reacting.remove(user, idParam(c, "post_id"), textParam(c, "emoji_name"));
  return c.json(OK);
}
