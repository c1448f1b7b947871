import { expect, test } from "vitest";
import { heardMentions, keepHeardMentions } from "../../../src/app/heard-mentions.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import { DocumentFolder } from "../../../src/store/document-store.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const open = (path = temporaryDirectory()) =>
  DocumentFolder.open({ path, clock: createFakeClock(), log: silent, redact: (text) => text });

test("how many mentions were heard of is there at the next start", async () => {
  const folder = open();
  expect(heardMentions(folder)).toEqual(new Map());
  const counts = new Map([["c" as ChannelId, 3]]);
  keepHeardMentions(folder, counts);
  counts.set("d" as ChannelId, 1);
  await folder.close();
  expect(heardMentions(open(folder.path))).toEqual(counts);
});

test("what another version has written there is none", async () => {
  const folder = open();
  folder.change("mentions", () => '{"version":9,"heard":{"c":1}}');
  await folder.close();
  expect(heardMentions(open(folder.path))).toEqual(new Map());
});
