// The sandbox's misbehaviour, which tests of others rely on.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json, SocketPeer } from "../support/sandbox-client.ts";
import { eventNames, postIn, startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const messages = () => world.sandbox.state.threads(world.channelId).map(([post]) => post?.message);

const messagesIn = (peer: SocketPeer) =>
  peer.frames.filter((frame) => frame["event"] === "posted").map((frame) => String(postIn(frame)["message"]));

describe("REST", () => {
  test("fails as often as told, then works again", async () => {
    world.sandbox.faults.failNext(500, { count: 2 });
    const statuses = [];
    for (const text of ["a", "b", "c"]) statuses.push((await world.post(world.alice, text)).status);
    expect(statuses).toEqual([500, 500, 201]);
    expect(messages()).toEqual(["c"]);
  });

  test("fails only where told: by method, path and person", async () => {
    world.sandbox.faults.failNext(503, { method: "POST", path: "/api/v4/posts", userId: world.bob.id });
    expect((await world.post(world.alice, "a")).status).toBe(201);
    expect((await world.api(world.bob, "GET", "/users/me")).status).toBe(200);
    expect((await world.post(world.bob, "b")).status).toBe(503);
    const undo = world.sandbox.faults.failNext(500, { path: /\/reactions$/ });
    undo();
    const reactions = await world.api(world.bob, "GET", `/posts/${"a".repeat(26)}/reactions`);
    expect(reactions.status).toBe(404);
  });

  test("answers 429 in plain text", async () => {
    world.sandbox.faults.failNext(429);
    const { headers, status, text } = await world.post(world.alice, "a");
    expect([status, text.trim(), headers.get("retry-after")]).toEqual([429, "limit exceeded", "1"]);
  });

  test.each([
    ["cut before", false, []],
    ["cut after", true, ["a"]],
  ])("is %s the work is done", async (_, afterEffect, left) => {
    world.sandbox.faults.failNext("cut", { afterEffect });
    await expect(world.post(world.alice, "a")).rejects.toThrow("fetch failed");
    expect(messages()).toEqual(left);
    expect(world.sandbox.requests).toMatchObject([{ method: "POST", status: 0 }]);
  });

  test("loses the answer to a create that happened, which a pending id finds again", async () => {
    world.sandbox.faults.failNext(500, { afterEffect: true });
    const send = () => world.post(world.alice, "once", { pending_post_id: "p" });
    expect((await send()).status).toBe(500);
    expect((await send()).status).toBe(201);
    expect(messages()).toEqual(["once"]);
  });

  test("is slow as told, with the work before or after the wait", async () => {
    const { delay } = world.sandbox.faults;
    const watcher = await world.socket(world.bob);
    const order: string[] = [];
    const run = async (work: "first" | "last") => {
      const undo = delay(60, { path: "/api/v4/posts", work });
      const came = watcher.frames.length;
      const event = watcher
        .seen((frame) => frame["event"] === "posted" && watcher.frames.indexOf(frame) >= came)
        .then(() => order.push("event"));
      const started = performance.now();
      await world.post(world.alice, work);
      const tookMs = performance.now() - started;
      order.push("answer");
      await event;
      undo();
      return tookMs;
    };
    expect(await run("first")).toBeGreaterThan(55);
    expect(order).toEqual(["event", "answer"]);
    expect(await run("last")).toBeGreaterThan(55);
    // Undone, it would otherwise outlast the test.
    delay(60_000)();
    expect((await world.post(world.alice, "quick")).status).toBe(201);
  });
});

describe("sockets", () => {
  test("dropped can be resumed, unless what they missed is forgotten", async () => {
    const peer = await world.socket(world.robot);
    const hello = await peer.seen((frame) => frame["event"] === "hello");
    const query = `?connection_id=${(hello["data"] as Json)["connection_id"]}&sequence_number=2`;
    await peer.settle();
    world.sandbox.faults.dropSockets();
    await peer.closed;
    await world.post(world.alice, "missed");
    const resumed = await world.socket(world.robot, query);
    await resumed.settle();
    expect(eventNames(resumed)).toEqual(["status_change", "posted", "status_change"]);
    world.sandbox.faults.dropSockets();
    world.sandbox.faults.forgetResumable();
    const fresh = await world.socket(world.robot, query);
    await fresh.settle();
    expect(eventNames(fresh)).toEqual(["hello", "status_change"]);
  });

  test("frozen stay open and are silent; others are not affected", async () => {
    const frozen = await world.socket(world.robot);
    await frozen.settle();
    world.sandbox.faults.freezeSockets();
    const before = frozen.frames.length;
    let pongs = 0;
    void frozen.ping().then(() => {
      pongs += 1;
    });
    frozen.send({ seq: 1, action: "ping", data: {} });
    const lively = await world.socket(world.bob);
    await world.post(world.alice, "heard by one");
    await lively.settle();
    await lively.ping();
    expect(eventNames(lively)).toContain("posted");
    expect([frozen.frames.length, pongs, frozen.isOpen]).toEqual([before, 0, true]);
  });

  test("get events twice, as the same frame or as another", async () => {
    const peer = await world.socket(world.robot);
    await peer.settle();
    peer.frames.length = 0;
    world.sandbox.faults.duplicateNext(1);
    await world.post(world.alice, "same");
    world.sandbox.faults.duplicateNext(1, "newFrame");
    await world.post(world.alice, "another");
    await world.post(world.alice, "once");
    await peer.settle();
    const seen = peer.frames.map((frame) => [postIn(frame)["message"], frame["seq"]]);
    expect(seen).toEqual([
      ["same", 2],
      ["same", 2],
      ["another", 3],
      ["another", 4],
      ["once", 5],
    ]);
  });
});

describe("the server", () => {
  test.each([
    ["restarted", {}, ["hello", "status_change"]],
    ["out of reach for a while", { keepResumable: true }, ["status_change", "status_change"]],
  ])("%s listens on the same port with the same data", async (_, options, heard) => {
    const { port, url } = world.sandbox;
    await world.post(world.alice, "kept");
    const peer = await world.socket(world.robot);
    const hello = await peer.seen((frame) => frame["event"] === "hello");
    await peer.settle();
    await world.sandbox.faults.stop(options);
    await peer.closed;
    await expect(world.post(world.alice, "lost")).rejects.toThrow("fetch failed");
    await world.sandbox.faults.start();
    expect([world.sandbox.port, world.sandbox.url]).toEqual([port, url]);
    expect(messages()).toEqual(["kept"]);
    const id = (hello["data"] as Json)["connection_id"];
    const again = await world.socket(world.robot, `?connection_id=${id}&sequence_number=2`);
    await again.settle();
    expect(eventNames(again)).toEqual(heard);
  });

  test("lets frames leave in the wrong order, each with its own number, and keeps none back", async () => {
    const peer = await world.socket(world.robot);
    await peer.settle();
    world.sandbox.faults.reorderNext(2);
    for (const message of ["one", "two", "three", "four"]) await world.post(world.alice, message);
    await expect.poll(() => messagesIn(peer)).toHaveLength(4);
    const numbers = peer.frames.map((frame) => Number(frame["seq"]));
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(messagesIn(peer).toSorted()).toEqual(["four", "one", "three", "two"]);
  });

  test("closes with requests and sockets under way", async () => {
    world.sandbox.faults.delay(60_000);
    const peer = await world.socket(world.robot);
    const request = world.post(world.alice, "never answered").catch((error: Error) => error.message);
    await expect.poll(() => world.sandbox.requests).toHaveLength(1);
    await world.sandbox.close();
    await peer.closed;
    expect(await request).toBe("fetch failed");
  });
});
