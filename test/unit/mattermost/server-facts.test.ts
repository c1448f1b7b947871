// What else is asked of the server: how far its clock is from ours, how long posts can be edited, how large a file may be.

import { expect, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

function serve(body: unknown, headers: Record<string, string> = {}) {
  const clock = createFakeClock();
  const transport = transportOf(async () => Response.json(body, { headers }));
  return { clock, api: connectRest({ url: "https://example.com", token: "t", transport, clock, tries: 1 }) };
}

test("the server's clock is known by its answers, refusals too", async () => {
  const { clock } = serve({});
  const ahead = serve({}, { date: new Date(clock.now() + 90_000).toUTCString() });
  expect(ahead.api.clockLeadMs()).toBeUndefined();
  await ahead.api.me().catch(() => {});
  expect(Math.abs((ahead.api.clockLeadMs() ?? 0) - 90_000)).toBeLessThanOrEqual(1000);
});

test.each([{}, { date: "yesterday" }])("an answer with %j tells nothing of its clock", async (headers) => {
  const { api } = serve({}, headers);
  await api.postEditLimit();
  expect(api.clockLeadMs()).toBeUndefined();
});

test.each([
  [{ PostEditTimeLimit: "300" }, 300],
  [{ PostEditTimeLimit: "0" }, 0],
  [{ PostEditTimeLimit: "-1" }, Number.POSITIVE_INFINITY],
  [{ PostEditTimeLimit: "soon" }, Number.POSITIVE_INFINITY],
  [{}, Number.POSITIVE_INFINITY],
])("with %j posts can be edited for %d s", async (settings, seconds) => {
  expect(await serve(settings).api.postEditLimit()).toBe(seconds);
});

test.each([
  [{ MaxFileSize: "104857600" }, 104_857_600],
  [{ MaxFileSize: "0" }, Number.POSITIVE_INFINITY],
  [{ MaxFileSize: "large" }, Number.POSITIVE_INFINITY],
  [{}, Number.POSITIVE_INFINITY],
])("with %j a file may have %d bytes", async (settings, bytes) => {
  expect(await serve(settings).api.maxFileSize()).toBe(bytes);
});
