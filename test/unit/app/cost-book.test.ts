// What projects use is kept by day, in the machine's time zone, over restarts and for all sessions at once.

import { expect, test } from "vitest";
import { CostBook } from "../../../src/app/cost-book.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import type { DocumentStore } from "../../../src/store/document-store.ts";
import { memoryDocuments } from "../../support/memory-documents.ts";

const quarantined: string[] = [];

function folderOf(documents: Map<string, string>): DocumentStore {
  return {
    ...memoryDocuments(documents),
    path: "/state",
    names: () => [...documents.keys()],
    read: (name) => JSON.parse(documents.get(name) ?? "null") as unknown,
    allSaved: async () => {},
    close: async () => {},
    quarantine: (name) => void quarantined.push(name),
  };
}

const CHANNEL = "c".repeat(26) as ChannelId;
const OTHER_CHANNEL = "d".repeat(26) as ChannelId;
const usd = (dollars: number) => ({
  type: "spent" as const,
  spent: { microUsd: dollars * 1_000_000, inputTokens: 10, outputTokens: 1 },
});
const bookIn = (documents = new Map<string, string>(), timeZone = "Europe/Amsterdam") =>
  new CostBook({ folder: folderOf(documents), timeZone });
const project = (key = "project-shop", channelId = CHANNEL, limit = 10) => ({
  key,
  channelId,
  limitUsd: () => limit,
  onRaised: () => {},
});
const NOON = Date.UTC(2026, 10, 28, 12);

test("a day ends at midnight where the machine is, also on days of 23 and 25 hours", () => {
  const costs = bookIn().of(project());
  expect(costs.dayOf(NOON).endsAt).toBe(Date.UTC(2026, 10, 28, 23));
  const long = Date.UTC(2026, 9, 24, 22);
  expect(costs.dayOf(long).endsAt - long).toBe(25 * 3_600_000);
  const short = Date.UTC(2026, 2, 28, 23);
  expect(costs.dayOf(short).endsAt - short).toBe(23 * 3_600_000);
});

test("what was used counts for its own day, and for the channel in all", () => {
  const costs = bookIn().of(project());
  const late = Date.UTC(2026, 10, 28, 22, 59);
  costs.change(usd(3), late);
  costs.change(usd(4), late + 120_000);
  expect(costs.dayOf(late).spent.microUsd).toBe(3_000_000);
  expect(costs.dayOf(late + 120_000).spent.microUsd).toBe(4_000_000);
  expect(costs.channel(late + 120_000)).toMatchObject({
    today: { microUsd: 4_000_000 },
    inAll: { microUsd: 7_000_000, inputTokens: 20 },
    since: "2026-11-28",
  });
});

test("all of it is there after a restart, with what somebody has allowed", () => {
  const documents = new Map<string, string>();
  const before = bookIn(documents).of(project());
  before.change(usd(12), NOON);
  before.change({ type: "limitRaised" }, NOON);
  const after = bookIn(documents).of(project());
  expect(after.dayOf(NOON)).toEqual(before.dayOf(NOON));
  expect(after.dayOf(NOON).limitMicroUsd).toBe(20_000_000);
  expect(after.dayOf(NOON + 86_400_000).limitMicroUsd).toBe(10_000_000);
});

test("one word lets it go on, however far above the limit one turn went", () => {
  const costs = bookIn().of(project());
  costs.change(usd(47), NOON);
  costs.change({ type: "limitRaised" }, NOON);
  expect(costs.dayOf(NOON).limitMicroUsd).toBe(50_000_000);
  costs.change(usd(3), NOON);
  costs.change({ type: "limitRaised" }, NOON);
  expect(costs.dayOf(NOON).limitMicroUsd).toBe(60_000_000);
});

test("projects of one channel have their own days, and the channel has the sum", () => {
  const book = bookIn();
  const shop = book.of(project());
  const api = book.of(project("project-api"));
  shop.change(usd(1), NOON);
  api.change(usd(2), NOON);
  expect(shop.dayOf(NOON).spent.microUsd).toBe(1_000_000);
  expect(api.channel(NOON).today.microUsd).toBe(3_000_000);
});

test("direct messages are one project in many channels", () => {
  const book = bookIn();
  let raised = 0;
  const one = book.of({ ...project("direct", CHANNEL), onRaised: () => raised++ });
  const other = book.of(project("direct", OTHER_CHANNEL));
  one.change(usd(6), NOON);
  other.change(usd(6), NOON);
  expect(other.dayOf(NOON).spent.microUsd).toBe(12_000_000);
  other.change({ type: "limitRaised" }, NOON);
  expect(one.dayOf(NOON).limitMicroUsd).toBe(20_000_000);
  expect(one.channel(NOON).today.microUsd).toBe(6_000_000);
  expect(raised).toBe(1);
  one.close();
  other.change({ type: "limitRaised" }, NOON);
  expect(raised).toBe(1);
});

test("a project without a limit has none, however much it uses", () => {
  const costs = bookIn().of({ ...project(), limitUsd: () => undefined });
  costs.change(usd(1000), NOON);
  expect(costs.dayOf(NOON).limitMicroUsd).toBeUndefined();
});

test("old days go, their sum stays", () => {
  const documents = new Map<string, string>();
  const costs = bookIn(documents).of(project());
  for (let day = 0; day < 100; day++) costs.change(usd(1), NOON + day * 86_400_000);
  const kept = JSON.parse(documents.get(`costs-${CHANNEL}`) ?? "{}") as { days: object };
  expect(Object.keys(kept.days)).toHaveLength(62);
  expect(costs.channel(NOON).inAll.microUsd).toBe(100_000_000);
});

test("a document that says something else is set aside", () => {
  const documents = new Map([[`costs-${CHANNEL}`, '{"version":1,"days":[]}']]);
  const costs = bookIn(documents).of(project());
  expect(quarantined).toEqual([`costs-${CHANNEL}`]);
  expect(costs.channel(NOON).inAll.microUsd).toBe(0);
});
