// What a real server and what stands before it do on a bad day, played by the sandbox: as they word it, and for as long
// as they are told.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../support/sandbox-client.ts";
import { readRecording } from "../support/sandbox-replay.ts";
import { eventNames, postIn, startWorld, type World } from "../support/sandbox-world.ts";

const YEAR_MS = 365 * 24 * 60 * 60_000;

let world: World;
let now: number;
beforeEach(async () => {
  now = Date.now();
  world = await startWorld({ now: () => now });
});
afterEach(() => world.sandbox.close());

const idOf = ({ body }: { readonly body: Json }) => String(body["id"]);
const edit = (id: string, message: string) =>
  world.api(world.robot, "PUT", `/posts/${id}/patch`, { message });

describe("a proxy in the server's place", () => {
  test("answers with a page of 403, with another's JSON, or sends to its login page", async () => {
    const { faults, url } = world.sandbox;
    faults.failNext("forbiddenPage", { method: "POST", path: "/api/v4/posts" });
    const forbidden = await world.post(world.robot, "a");
    expect([forbidden.status, forbidden.headers.get("content-type")]).toEqual([
      403,
      "text/html; charset=UTF-8",
    ]);
    expect(forbidden.text).toContain("<h1>403 Forbidden</h1>");

    faults.failNext("foreignJson");
    const foreign = await world.post(world.robot, "b");
    expect([foreign.status, foreign.body]).toEqual([403, { message: "Forbidden" }]);

    faults.failNext("loginRedirect");
    const sent = await fetch(`${url}/api/v4/posts`, { method: "POST", redirect: "manual" });
    expect(sent.status).toBe(302);
    const followed = await fetch(sent.headers.get("location") ?? "");
    expect([followed.status, followed.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=UTF-8",
    ]);
    expect(world.sandbox.state.threads(world.channelId)).toEqual([]);
  });
});

describe("a limit of edits", () => {
  test("refuses the message alone, in the recorded words, once its seconds are over", async () => {
    const recorded = readRecording("server-10.11").exchanges.find(
      ({ note }) => note === "edit after PostEditTimeLimit",
    )?.response;
    const id = idOf(await world.post(world.robot, "first words"));
    world.sandbox.faults.limitEdits(1);
    now += 1000;
    expect((await edit(id, "in time")).status).toBe(200);
    now += 2000;
    const late = await edit(id, "too late");
    expect([late.status, late.body]).toEqual([
      recorded?.status,
      { ...(recorded?.body as Json), request_id: late.body["request_id"] },
    ]);
    const attachments = [{ text: "an attachment" }];
    const attachment = await world.api(world.robot, "PUT", `/posts/${id}/patch`, { props: { attachments } });
    expect(attachment.body["props"]).toEqual({ attachments });
    const reaction = { user_id: world.robot.id, post_id: id, emoji_name: "eyes" };
    expect((await world.api(world.robot, "POST", "/reactions", reaction)).status).toBe(200);
    world.sandbox.faults.limitEdits(-1);
    expect((await edit(id, "at last")).status).toBe(200);
  });

  test("is told to every socket, and in the configuration", async () => {
    const peer = await world.socket(world.robot);
    world.sandbox.faults.limitEdits(300);
    const { data } = await peer.seen((frame) => frame["event"] === "config_changed");
    expect(((data as Json)["config"] as Json)["PostEditTimeLimit"]).toBe("300");
    const config = await world.api(world.robot, "GET", "/config/client?format=old");
    expect(config.body["PostEditTimeLimit"]).toBe("300");
  });

  test("of none at all is a right that nobody has", async () => {
    const id = idOf(await world.post(world.robot, "for ever"));
    world.sandbox.faults.limitEdits("never");
    const refused = await edit(id, "no");
    expect([refused.status, refused.body["id"]]).toEqual([403, "api.context.permissions.app_error"]);
  });
});

describe("posts dated ahead", () => {
  test("stay the newest of their channel, and are the only ones", async () => {
    await world.post(world.alice, "before");
    world.sandbox.faults.dateAhead(YEAR_MS, world.alice.id);
    await world.post(world.bob, "meanwhile");
    const { create_at } = (await world.post(world.alice, "ahead")).body;
    expect(Number(create_at) - now).toBeGreaterThanOrEqual(YEAR_MS);
    await world.post(world.alice, "after");
    const list = (await world.api(world.bob, "GET", `/channels/${world.channelId}/posts`)).body;
    const posts = list["posts"] as Record<string, Json>;
    const order = (list["order"] as string[]).map((id) => posts[id]?.["message"]);
    expect(order).toEqual(["ahead", "after", "meanwhile", "before"]);
  });
});

describe("a member that is taken out and put in again", () => {
  test("hears both in the frames of the server's source, and is refused in between", async () => {
    const { robot, alice, channelId, teamId, sandbox } = world;
    const id = idOf(await world.post(robot, "mine"));
    const ours = await world.socket(robot);
    const theirs = await world.socket(alice);
    await ours.settle();
    sandbox.removeMember(channelId, robot.id, alice.id);
    const gone = (frame: Json) => frame["event"] === "user_removed";
    expect(await ours.seen(gone)).toMatchObject({
      data: { channel_id: channelId, remover_id: alice.id },
      broadcast: { user_id: robot.id, channel_id: "" },
    });
    expect(await theirs.seen(gone)).toMatchObject({
      data: { user_id: robot.id, remover_id: alice.id },
      broadcast: { user_id: "", channel_id: channelId },
    });
    const reaction = { user_id: robot.id, post_id: id, emoji_name: "eyes" };
    const refusals = [
      await world.post(robot, "again"),
      await edit(id, "changed"),
      await world.api(robot, "POST", "/reactions", reaction),
      await world.api(robot, "GET", `/channels/${channelId}/posts`),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    await world.post(alice, "in between");

    sandbox.addMember(channelId, robot.id);
    expect(await ours.seen((frame) => frame["event"] === "user_added")).toMatchObject({
      data: { user_id: robot.id, team_id: teamId },
      broadcast: { channel_id: channelId, user_id: "" },
    });
    await ours.settle();
    expect(eventNames(ours)).not.toContain("posted");
    expect((await world.post(robot, "back")).status).toBe(201);
  });
});

describe("a link's preview", () => {
  test("comes as an edit that changes no word", async () => {
    const id = idOf(await world.post(world.alice, "see http://example.com/"));
    const peer = await world.socket(world.robot);
    world.sandbox.faults.previewLink(id, "http://example.com/");
    const post = postIn(await peer.seen((frame) => frame["event"] === "post_edited"));
    expect(post).toMatchObject({
      id,
      message: "see http://example.com/",
      edit_at: 0,
      metadata: { embeds: [{ type: "opengraph", url: "http://example.com/" }] },
    });
    expect(Number(post["update_at"])).toBeGreaterThan(Number(post["create_at"]));
  });
});

describe("a text that can't be saved", () => {
  test("is refused as often as it comes, while others pass", async () => {
    const undo = world.sandbox.faults.failContent(/poison/);
    for (const _ of [1, 2]) {
      const { status, body } = await world.post(world.robot, "some poison");
      expect([status, body["id"]]).toEqual([500, "app.post.save.app_error"]);
    }
    const id = idOf(await world.post(world.robot, "bread"));
    const edited = await edit(id, "bread and poison");
    expect([edited.status, edited.body["id"]]).toEqual([500, "app.post.update.app_error"]);
    undo();
    expect((await world.post(world.robot, "some poison")).status).toBe(201);
  });
});

describe("uploads", () => {
  test.each([
    [501, "api.file.attachments.disabled.app_error"],
    [403, "api.context.permissions.app_error"],
  ] as const)("are refused with %i until it is undone, and posts are not", async (status, id) => {
    const upload = () => {
      const form = new FormData();
      form.append("channel_id", world.channelId);
      form.append("files", new Blob(["x"]), "x.txt");
      return world.api(world.robot, "POST", "/files", form);
    };
    const undo = world.sandbox.faults.refuseUploads(status);
    for (const _ of [1, 2]) {
      const refused = await upload();
      expect([refused.status, refused.body["id"]]).toEqual([status, id]);
    }
    expect((await world.post(world.robot, "words")).status).toBe(201);
    undo();
    expect((await upload()).status).toBe(201);
  });
});

describe("a storm", () => {
  test("limits a share of the requests it is about, until it is over", async () => {
    let asked = 0;
    const undo = world.sandbox.faults.storm({
      share: 0.4,
      retryAfterSeconds: 2,
      method: "POST",
      userId: world.robot.id,
      random: () => (asked++ % 5) / 5,
    });
    const answers = [];
    for (let n = 0; n < 50; n++) answers.push(await world.post(world.robot, `${n}`));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(20);
    expect(limited[0]?.headers.get("retry-after")).toBe("2");
    expect((await world.post(world.alice, "not meant")).status).toBe(201);
    undo();
    for (let n = 0; n < 10; n++) expect((await world.post(world.robot, "calm")).status).toBe(201);
  });
});
