// Who is not to be disturbed, as the server tells it.

import { expect, test } from "vitest";
import { decodeUserStatus } from "../../../src/mattermost/decode.ts";
import { connectRest } from "../../../src/mattermost/rest.ts";

test.each([
  ["online", 0, [false, undefined]],
  ["offline", undefined, [false, undefined]],
  ["away", 1_800_000_000, [false, undefined]],
  ["dnd", 1_800_000_000, [true, 1_800_000_000_000]],
  ["dnd", undefined, [true, undefined]],
  ["dnd", 0, [true, undefined]],
  ["ooo", 0, [true, undefined]],
])("%s until %s", (status, dnd_end_time, expected) => {
  const wire = { user_id: "a", status, manual: true, last_activity_at: 1, dnd_end_time };
  const { isBusy, busyUntil } = decodeUserStatus(wire) ?? {};
  expect([isBusy, busyUntil]).toEqual(expected);
});

test("for nobody nothing is asked: the server answers 400 to an empty list", async () => {
  const api = connectRest({
    url: "http://server",
    token: "token",
    transport: () => {
      throw new Error("a request was made");
    },
  });
  expect(await api.statuses([])).toEqual([]);
});
