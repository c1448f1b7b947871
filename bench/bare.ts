// The programs with nothing in them, as child processes in a place: what they are asked, and when they answer.

import type { ChildProcess } from "node:child_process";
import type { BareBotMessage } from "./bare-bot.ts";
import type { BareCrowdMessage } from "./bare-crowd.ts";
import { within } from "./clock.ts";
import type { Said } from "./person.ts";
import type { Place, Room } from "./place.ts";
import { BARE_BOT, BARE_CROWD, ended, start } from "./programs.ts";

const PATIENCE_MS = 30_000;
const CROWD_PATIENCE_MS = 90_000;

export interface Bare {
  readonly pid: number;
  say(text: string): Promise<Said>;
  /** When its answer stands in the thread. */
  answered(root: string): Promise<number>;
  /** The next thing of this kind that it tells. */
  told<Type extends BareBotMessage["type"]>(type: Type): Promise<Extract<BareBotMessage, { type: Type }>>;
  close(): void;
}

export async function startBare(place: Place, room: Room): Promise<Bare> {
  const { account } = room;
  const child = start(process.execPath, [BARE_BOT], {
    env: { ...process.env, BENCH_URL: place.url, BENCH_TOKEN: account.token, BENCH_BOT: account.id },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const bare: Bare = {
    pid: child.pid ?? 0,
    say: (text) => place.say(room, text),
    answered: async (root) =>
      (await place.view.seen(root, account.id, ({ words }) => words.trim() === "pong")).at,
    told: (type) => told(child, type),
    close: () => void child.kill(),
  };
  await bare.told("ready");
  return bare;
}

function told<Type extends BareBotMessage["type"]>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<BareBotMessage, { type: Type }>> {
  const wait = new Promise<Extract<BareBotMessage, { type: Type }>>((resolve) => {
    const listen = (message: unknown): void => {
      const heard = message as BareBotMessage;
      if (heard.type !== type) return;
      child.off("message", listen);
      resolve(heard as Extract<BareBotMessage, { type: Type }>);
    };
    child.on("message", listen);
  });
  return within(PATIENCE_MS, () => `the bare bot's "${type}"`, wait);
}

export interface BareCrowd {
  readonly pid: number;
  /** Asks all of them in one thread. */
  ask(root: string, message: string): void;
  close(): Promise<void>;
}

export async function startBareCrowd(
  place: Place,
  { account, channelId }: Room,
  claudePath: string,
  count: number,
): Promise<BareCrowd> {
  const child = start(process.execPath, [BARE_CROWD], {
    env: {
      ...process.env,
      BENCH_URL: place.url,
      BENCH_TOKEN: account.token,
      BENCH_CHANNEL: channelId,
      BENCH_CLAUDE: claudePath,
      BENCH_COUNT: String(count),
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = new Promise<void>((resolve) => child.once("message", () => resolve()));
  await within(CROWD_PATIENCE_MS, () => "the bare crowd", ready);
  return {
    pid: child.pid ?? 0,
    ask: (root, message) => void child.send({ type: "asked", root, message } satisfies BareCrowdMessage),
    async close() {
      child.kill();
      await ended(child);
    },
  };
}
