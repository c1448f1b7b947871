import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import { type MentionCounts, Standings } from "../../../src/mattermost/standings.ts";
import type { ChannelId, ChannelMember, UserId } from "../../../src/mattermost/types.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const BOT = "bot" as UserId;
const id = (name: string) => name as ChannelId;

/** A server with channels a to d, in which the bot was mentioned so often and something was said so long ago. */
function world({ count = 4, heard = new Map() as MentionCounts } = {}) {
  const clock = createFakeClock();
  const rows = { a: [0, 100], b: [0, 400], c: [0, 200], d: [0, 300] } as Record<string, [number, number]>;
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const kept: { counts: MentionCounts } = { counts: new Map() };
  const members = (): ChannelMember[] =>
    Object.entries(rows).map(([name, [mentions, lastPostAt]]) => ({
      channel: { id: id(name), teamId: "t", displayName: name, isArchived: false, type: "O", lastPostAt },
      mentions,
    }));
  let isHeld = false;
  const server = { isDown: false };
  const standings = new Standings({
    botId: BOT,
    clock,
    count: () => count,
    heard,
    onHeard: (counts) => {
      kept.counts = new Map(counts);
    },
    api: {
      isMember: async (channelId) => {
        asked.push(`member of ${channelId}`);
        return true;
      },
      async myMemberships() {
        asked.push("list");
        if (server.isDown) {
          throw new MattermostError("server", "down");
        }
        const found = members();
        if (isHeld) {
          await new Promise<void>((resolve) => answers.push(resolve));
        }
        return found;
      },
    },
  });
  /** Asks for all, and says in which order they are answered. */
  const order = async (names = ["a", "b", "c", "d"]): Promise<string> => {
    const told: string[] = [];
    await Promise.all(
      names.map(async (name) => {
        const { isMentioned } = await standings.of(id(name));
        told.push(isMentioned ? name.toUpperCase() : name);
      }),
    );
    return told.join("");
  };
  const hold = (): void => {
    isHeld = true;
  };
  const answer = (which: number): void => answers[which]?.();
  return { clock, rows, asked, kept, server, standings, order, hold, answer };
}

test("one list answers for all channels that ask at the same time, where something was said last first", async () => {
  const { asked, order } = world();
  expect(await order()).toBe("bdca");
  expect(asked).toEqual(["list"]);
});

test("few channels are looked up alone, and count as mentioned: nobody knows better", async () => {
  const { asked, order } = world({ count: 3 });
  expect(await order(["a", "b", "c"])).toBe("ABC");
  expect(asked).toEqual(["member of a", "member of b", "member of c"]);
});

test("a channel that the list lacks is asked for: it may be archived, or the bot has just joined", async () => {
  const { asked, standings } = world();
  expect(await standings.of(id("new"))).toEqual({
    isMember: true,
    lastPostAt: undefined,
    isMentioned: true,
  });
  expect(asked).toEqual(["list", "member of new"]);
});

test("channels with a mention that was not heard come before all others", async () => {
  const { clock, rows, order, standings } = world();
  rows["a"] = [3, 100];
  rows["c"] = [1, 200];
  expect(await order()).toBe("CAbd");
  clock.advance(2000);
  standings.mayHaveChanged();
  expect(await order()).toBe("bdca");
  rows["a"] = [4, 100];
  standings.mayHaveChanged();
  expect(await order()).toBe("Abdc");
});

test("a mention that is told as news is not one that was missed", async () => {
  const { rows, order, standings } = world();
  rows["a"] = [1, 100];
  rows["c"] = [2, 200];
  standings.mentioned(id("a"));
  standings.mentioned(id("c"));
  expect(await order()).toBe("Cbda");
});

test("which mentions were heard is kept over a restart", async () => {
  const first = world();
  first.rows["a"] = [7, 100];
  await first.order();
  first.standings.mentioned(id("b"));
  const later = world({ heard: first.kept.counts });
  later.rows["a"] = [7, 100];
  later.rows["b"] = [1, 400];
  later.rows["d"] = [1, 300];
  expect(await later.order()).toBe("Dbca");
});

test("of a few channels nothing is kept: there is no order among them", async () => {
  const { kept, standings } = world({ count: 3 });
  standings.mentioned(id("a"));
  await standings.of(id("a"));
  expect(kept.counts).toEqual(new Map());
});

test("an older list that comes later does not answer those who asked after something had changed", async () => {
  const { rows, asked, answer, hold, standings } = world();
  hold();
  const before = standings.of(id("a"));
  standings.mayHaveChanged();
  rows["a"] = [0, 900];
  const after = standings.of(id("a"));
  answer(0);
  expect(await before).toMatchObject({ lastPostAt: 100 });
  answer(1);
  expect(await after).toMatchObject({ lastPostAt: 900 });
  expect(asked).toEqual(["list", "list"]);
});

test("a list that can't be had is an error for all who asked, and is asked for again a moment later", async () => {
  const { asked, clock, order, server, standings } = world();
  server.isDown = true;
  const failures = await Promise.allSettled([standings.of(id("a")), standings.of(id("b"))]);
  expect(failures.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  server.isDown = false;
  await clock.advance(1001);
  expect(await order()).toBe("bdca");
  expect(asked).toEqual(["list", "list"]);
});

test("the list of all is the one that is asked for at the same time", async () => {
  const { asked, standings } = world();
  const [all] = await Promise.all([standings.members(), standings.of(id("a"))]);
  expect(all).toHaveLength(4);
  expect(asked).toEqual(["list"]);
});
