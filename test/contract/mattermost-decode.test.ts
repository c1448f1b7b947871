// Every frame and answer of a real 7.10 server is understood as what it is.
import { expect, test } from "vitest";
import { decodePostList } from "../../src/mattermost/decode.ts";
import { decodeFrame } from "../../src/mattermost/frame.ts";
import { connections, exchange } from "../support/server-recording.ts";

const frames = connections.map((lines) =>
  lines.filter((line) => line.kind === "ws-in").map((line) => decodeFrame(JSON.stringify(line.frame))),
);

const brief = (frame: ReturnType<typeof decodeFrame>): string => {
  if (frame === undefined) return "garbage";
  if (frame.kind !== "event") return frame.kind;
  return frame.event.type;
};

test("every recorded frame is decoded, and none that we know is unusable", () => {
  expect(frames.flat().map(brief)).not.toContain("garbage");
  const problems = frames.flat().filter((frame) => frame?.kind === "skipped" && frame.problem !== undefined);
  expect(problems).toEqual([]);
});

test("the first connection tells this story", () => {
  const story = frames[0]?.map(brief).filter((kind) => kind !== "skipped" && kind !== "reply");
  expect(story).toEqual([
    "hello",
    "posted",
    "posted",
    "reactionAdded",
    "reactionAdded",
    "reactionAdded",
    "reactionAdded",
    "reactionRemoved",
    "postEdited",
    "memberAdded",
    "posted",
    "posted",
    "posted",
    "postDeleted",
    "posted",
  ]);
});

test("a resumed connection has no hello, one that could not be resumed has another id", () => {
  expect(frames[1]?.map(brief)).toEqual(["skipped", "posted", "posted", "skipped"]);
  const ids = [frames[0]?.[0], frames[2]?.[0]].map((frame) => frame?.kind === "hello" && frame.connectionId);
  expect(ids).toEqual(["pu6z7xzxa7rkuycc1bhwq3ug5c", "5ft51ccmp7gqzrinx3okuzjkea"]);
});

test("a person, the bot, the system and a webhook that speaks as a person are told apart", () => {
  const posts = frames
    .flat()
    .flatMap((frame) => (frame?.kind === "event" && frame.event.type === "posted" ? [frame.event.post] : []));
  expect(posts.map((post) => [post.message, post.isFromPerson])).toEqual([
    ["@claude-code fix the bug", true],
    ["working on it", false],
    ["bob added to the channel by alice.", false],
    ["/permissions interactive", true],
    ["see the file", true],
    ["@claude-code do something", false],
    ["while away 1", true],
    ["while away 2", true],
  ]);
});

test("a reply knows its thread, and its file", () => {
  const post = frames
    .flat()
    .flatMap((frame) => (frame?.kind === "event" && "post" in frame.event ? [frame.event.post] : []))
    .find((one) => one.message === "see the file");
  expect(post).toMatchObject({
    threadId: "yi9kmrg9pf843c7g9t5fmqwjgw",
    files: [{ name: "notes.txt", size: 5, mimeType: "text/plain; charset=utf-8" }],
  });
});

test.each([
  ["a thread", "/api/v4/posts/yi9kmrg9pf843c7g9t5fmqwjgw/thread"],
  ["a list", "/api/v4/channels/59r731ty1tgfmgi8dzzuhw8njw/posts?since=1795401937886"],
])("%s comes with the reactions on its posts, as they were told", (_what, path) => {
  const list = decodePostList(exchange("GET", path).response.body);
  const told = frames
    .flat()
    .flatMap((frame) =>
      frame?.kind === "event" && frame.event.type === "reactionAdded" ? [frame.event] : [],
    )
    .map(({ reaction }) => reaction);
  expect(list?.posts.flatMap(({ reactions = [] }) => reactions)).toEqual(told.slice(0, 3));
  expect(list?.posts.filter(({ reactions }) => reactions !== undefined)).toHaveLength(1);
});
