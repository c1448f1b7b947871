// What every route works with, and how it reads a request: ids, numbers and JSON that a client may have got wrong.
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import {
  badBody,
  badUrl,
  noSuchChannel,
  noSuchPost,
  noSuchUser,
  refused,
  tooLarge,
  unauthorized,
} from "../api-error.ts";
import type { ChannelChanges } from "../channel-changes.ts";
import { isId } from "../ids.ts";
import { MAX_JSON_BYTES } from "../limits.ts";
import type { Membership } from "../membership.ts";
import type { People, UserRecord } from "../people.ts";
import type { ChannelRecord } from "../places.ts";
import type { Posting } from "../posting.ts";
import type { PostRecord } from "../posts.ts";
import type { Presence } from "../presence.ts";
import type { Reacting } from "../reacting.ts";
import type { Reading } from "../reading.ts";
import type { Settings } from "../settings.ts";
import type { Store } from "../store.ts";

export interface AppEnv {
  Bindings: HttpBindings;
  Variables: { user: UserRecord | undefined; token: string };
}
export type App = Hono<AppEnv>;
export type Ctx = Context<AppEnv>;

export interface Services {
  readonly store: Store;
  readonly posting: Posting;
  readonly reacting: Reacting;
  readonly membership: Membership;
  readonly channels: ChannelChanges;
  readonly reading: Reading;
  readonly presence: Presence;
  readonly settings: Settings;
}

/** What answers one route. */
type Endpoint = (c: Ctx, services: Services) => Response | Promise<Response>;

/** Hono's handlers for endpoints that work with these services. */
export function endpointsOver(services: Services): (endpoint: Endpoint) => (c: Ctx) => ReturnType<Endpoint> {
  return (endpoint) => (c) => endpoint(c, services);
}

export function me(c: Ctx): UserRecord {
  const user = c.get("user");
  if (!user) throw unauthorized();
  return user;
}

export const OK = { status: "OK" };

/** A part of the path as it stands there. */
export function textParam(c: Ctx, name: string): string {
  return c.req.param(name) ?? "";
}

export function idParam(c: Ctx, name: string): string {
  const id = textParam(c, name);
  if (!isId(id)) throw badUrl(name);
  return id;
}

/** The account a path names, `me` included. */
export function userParam(c: Ctx, people: People): UserRecord {
  if (c.req.param("user_id") === "me") return me(c);
  const id = idParam(c, "user_id");
  const user = people.get(id);
  if (!user) throw noSuchUser(id);
  return user;
}

/** The account a path names, which must be the one that asks, or be asked for by an administrator. */
export function ownUserParam(c: Ctx, people: People): UserRecord {
  const asker = me(c);
  const user = userParam(c, people);
  if (user.id !== asker.id && !asker.isAdmin) throw refused();
  return user;
}

/** A channel the asking account may see. */
export function channelParam(c: Ctx, store: Store): ChannelRecord {
  return visibleChannel(c, store, idParam(c, "channel_id"));
}

/** The channel of that id, if the asking account may see it. */
export function visibleChannel(c: Ctx, { places }: Store, id: string): ChannelRecord {
  const user = me(c);
  const channel = places.channel(id);
  if (!channel) throw noSuchChannel(id);
  const isOpen = channel.type === "O" && places.inTeam(channel.teamId, user.id);
  if (!isOpen && !places.isMember(id, user.id)) throw refused();
  return channel;
}

/** A channel the asking account is in. */
export function ownChannelParam(c: Ctx, store: Store): ChannelRecord {
  const channel = channelParam(c, store);
  if (!store.places.isMember(channel.id, me(c).id)) throw refused();
  return channel;
}

/** A post the asking account may read. */
export function postParam(c: Ctx, { places, posts }: Store): PostRecord {
  const id = idParam(c, "post_id");
  const user = me(c);
  const post = posts.get(id);
  if (!post) throw noSuchPost(id);
  const channel = places.channel(post.channelId);
  const isOpen = channel?.type === "O" && places.inTeam(channel.teamId, user.id);
  if (!isOpen && !places.isMember(post.channelId, user.id)) throw refused();
  return post;
}

export function numberQuery(c: Ctx, name: string, fallback: number): number {
  const value = Number.parseInt(c.req.query(name) ?? "", 10);
  return value >= 0 ? value : fallback;
}

/** `page` and `per_page`, at most 200 as on the server. */
export function pageQuery(c: Ctx): { readonly from: number; readonly perPage: number } {
  const perPage = Math.min(numberQuery(c, "per_page", 60), 200);
  return { from: numberQuery(c, "page", 0) * perPage, perPage };
}

/** The body, of at most so many bytes. */
export async function bytesBody(c: Ctx, maxBytes: number): Promise<Buffer> {
  const { incoming } = c.env;
  const declared = Number(incoming.headers["content-length"] ?? 0);
  if (declared > maxBytes) throw tooLarge();
  // Of a known length a body is held once, and not as its pieces as well.
  const whole = Buffer.allocUnsafe(Math.max(declared, 0));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // A body of unknown length that goes on and on: leaving the loop cuts the connection.
    if (size > maxBytes) throw tooLarge();
    if (whole.length > 0) chunk.copy(whole, size - chunk.length);
    else chunks.push(chunk);
  }
  return whole.length > 0 ? whole.subarray(0, size) : Buffer.concat(chunks);
}

/** A form, of at most so many bytes. */
export async function formBody(c: Ctx, maxBytes: number, name: string): Promise<FormData> {
  const bytes = await bytesBody(c, maxBytes);
  const headers = { "Content-Type": c.req.header("content-type") ?? "" };
  try {
    return await new Response(bytes, { headers }).formData();
  } catch {
    throw badBody(name);
  }
}

export async function jsonBody(c: Ctx, name: string): Promise<unknown> {
  const bytes = await bytesBody(c, MAX_JSON_BYTES);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw badBody(name);
  }
}

export async function objectBody(c: Ctx, name: string): Promise<Readonly<Record<string, unknown>>> {
  const body = await jsonBody(c, name);
  if (!isObject(body)) throw badBody(name);
  return body;
}

export async function stringsBody(c: Ctx, name: string): Promise<string[]> {
  const body = await jsonBody(c, name);
  const strings = stringsOf(body);
  if (!Array.isArray(body) || strings.length !== body.length || strings.length === 0) throw badBody(name);
  return strings;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const stringOf = (value: unknown) => (typeof value === "string" ? value : "");

export const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
