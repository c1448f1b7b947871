import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFrame } from "../../../src/mattermost/frame.ts";

const ID = "yi9kmrg9pf843c7g9t5fmqwjgw";
const wirePost = { id: ID, channel_id: "c", root_id: "", user_id: "u", message: "hello", create_at: 1000 };

const frame = (value: object) => decodeFrame(JSON.stringify(value));

test("a post inside a string inside a frame is decoded", () => {
  const decoded = frame({ event: "posted", seq: 4, data: { post: JSON.stringify(wirePost) } });
  expect(decoded).toMatchObject({ kind: "event", seq: 4, event: { type: "posted", post: { id: ID } } });
});

test("a changed user comes as a plain object", () => {
  const decoded = frame({ event: "user_updated", seq: 1, data: { user: { id: "u", username: "new" } } });
  expect(decoded).toMatchObject({
    kind: "event",
    event: { type: "userUpdated", user: { username: "new" } },
  });
});

const event = (value: object) => {
  const decoded = frame({ seq: 1, ...value });
  return decoded?.kind === "event" ? decoded.event : decoded;
};

test("whom a post mentions is a list of ids within a string, or it is not known", () => {
  const mentions = (value: unknown) => {
    const decoded = event({ event: "posted", data: { post: JSON.stringify(wirePost), mentions: value } });
    if (decoded === undefined || !("post" in decoded)) {
      throw new Error("the post is lost");
    }
    return decoded.type === "posted" ? decoded.mentions : "no post";
  };
  expect(mentions('["u1","u2"]')).toEqual(["u1", "u2"]);
  expect(mentions("[]")).toEqual([]);
  for (const bad of [undefined, null, "", "{half", "null", "7", '"u1"', "[7]", '["../u"]', 7, {}, [null]]) {
    expect(mentions(bad), JSON.stringify(bad)).toBeUndefined();
  }
});

const broadcast = (over: object) => ({
  omit_users: null,
  user_id: "",
  channel_id: "",
  team_id: "",
  ...over,
});

test("who comes into a channel is told of by the channel the event goes to", () => {
  const added = { type: "memberAdded", channelId: "c", userId: "u" };
  const toChannel = broadcast({ channel_id: "c" });
  expect(event({ event: "user_added", data: { team_id: "t", user_id: "u" }, broadcast: toChannel })).toEqual(
    added,
  );
  // Who joins a team comes into its default channels, and then as a whole user (read in the server's source).
  const data = { team_id: "t", user: { id: "u", username: "bob" } };
  expect(event({ event: "user_added", data, broadcast: toChannel })).toEqual(added);
});

test("who is gone from a channel is told to the channel, and to the account itself in another form", () => {
  const removed = { type: "memberRemoved", channelId: "c", userId: "u" };
  expect(
    event({
      event: "user_removed",
      data: { user_id: "u", remover_id: "r" },
      broadcast: broadcast({ channel_id: "c" }),
    }),
  ).toEqual(removed);
  expect(
    event({
      event: "user_removed",
      data: { channel_id: "c", remover_id: "r" },
      broadcast: broadcast({ user_id: "u" }),
    }),
  ).toEqual(removed);
});

test("one who comes or goes without a channel or a name is no event, and spoils no number", () => {
  for (const name of ["user_added", "user_removed"]) {
    for (const rest of [
      {},
      { data: { user_id: "u" } },
      { data: { user_id: "u" }, broadcast: null },
      { data: { user_id: "u" }, broadcast: "c" },
      { data: { user_id: "u" }, broadcast: broadcast({ channel_id: "../c" }) },
      { data: { remover_id: "r" }, broadcast: broadcast({ channel_id: "c" }) },
    ]) {
      expect(frame({ event: name, seq: 3, ...rest })).toEqual({
        kind: "skipped",
        seq: 3,
        problem: `unusable ${name}`,
      });
    }
  }
});

test("an event without use keeps its number", () => {
  expect(frame({ event: "status_change", seq: 9, data: {} })).toEqual({
    kind: "skipped",
    seq: 9,
    problem: undefined,
  });
  expect(frame({ event: "toString", seq: 9, data: {} })).toMatchObject({ kind: "skipped" });
});

test("a known event that can't be read keeps its number and says so", () => {
  for (const post of ["{half", JSON.stringify({ id: 1 }), undefined]) {
    expect(frame({ event: "posted", seq: 2, data: { post } })).toEqual({
      kind: "skipped",
      seq: 2,
      problem: "unusable posted",
    });
  }
});

test("replies are told apart by whether the server knows who we are", () => {
  expect(frame({ status: "OK", seq_reply: 1 })).toEqual({ kind: "reply", isAuthenticated: true });
  const fail = (id: string) => frame({ status: "FAIL", seq_reply: 1, error: { id } });
  expect(fail("api.web_socket_router.bad_action.app_error")).toMatchObject({ isAuthenticated: true });
  expect(fail("api.web_socket_router.not_authenticated.app_error")).toMatchObject({
    isAuthenticated: false,
  });
});

test("what is no frame is undefined", () => {
  for (const text of [
    "",
    "nope",
    "[]",
    "7",
    '"x"',
    '{"event":"posted"}',
    '{"event":"hello","seq":0,"data":{}}',
  ]) {
    expect(decodeFrame(text), text).toBeUndefined();
  }
});

test("no text at all makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeFrame(text)));
});

test("no value in an event's place makes it throw", () => {
  const names = fc.constantFrom(
    "posted",
    "reaction_added",
    "user_updated",
    "user_added",
    "user_removed",
    "hello",
    "other",
  );
  fc.assert(
    fc.property(names, fc.jsonValue(), fc.jsonValue(), (event, value, seq) => {
      const data = { post: value, reaction: value, user: value, user_id: value, mentions: value };
      void decodeFrame(JSON.stringify({ event, seq, data, broadcast: value }));
      void decodeFrame(JSON.stringify({ event, seq: 1, data: value }));
    }),
  );
});
