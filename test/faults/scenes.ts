// What people do on purpose in some rounds, beside their talk: each meets what the bridge must get right while other
// things go wrong. A scene may bring a complaint home that only it can have.

import { deflateSync } from "node:zlib";
import type { People } from "./people.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import type { Played, Problem } from "./thread.ts";
import { killClaude, killDaemon, pause, stopDaemon } from "./troubles.ts";
import { wearsEyes } from "./watch.ts";
import { BACKGROUND_MS, markOf, requestText } from "./words.ts";

export interface Play {
  readonly stage: Stage;
  readonly people: People;
  readonly random: Random;
  /** Nothing else goes wrong in this round. */
  readonly isAlone: boolean;
}

export type Scene = (play: Play) => Promise<readonly Problem[]>;

async function soon(holds: () => boolean, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(20)) {
    if (holds()) {
      return true;
    }
  }
  return holds();
}

const isAnswered = ({ read }: Played, mark: string): boolean =>
  [...read].some((word) => markOf(word) === mark);

/** Nobody may edit, or not for long, while an answer grows. */
export const editLimit: Scene = async ({ stage, people, random }) => {
  stage.sandbox.faults.limitEdits(random.pick([0, 1, "never"]));
  const growing = {
    kind: "words",
    count: random.between(40, 90),
    tokenDelayMs: random.between(20, 45),
  } as const;
  if (people.threads.length > 0 && random.chance(0.5)) {
    await people.speak(random.pick(people.threads), "alice", random, growing);
  } else {
    await people.open(random, growing);
  }
  await pause(random.between(1500, 4500));
  stage.sandbox.faults.limitEdits(-1);
  return [];
};

/** A message that waits is deleted, edited, or only gets the preview of a link. */
export const changedQueue: Scene = async ({ stage, people, random, isAlone }) => {
  const thread = await people.open(random, { kind: "words", count: 70, tokenDelayMs: 45 });
  await soon(() => isAnswered(thread, thread.said[0] ?? ""), 4000);
  const mark = await people.speak(thread, "alice", random, { kind: "words", count: 8, tokenDelayMs: 5 });
  const postId = thread.posts.get(mark) ?? "";
  const waits = (): boolean =>
    stage.sandbox.state.thread(thread.root).some((post) => post.id === postId && wearsEyes(post));
  if (!(await soon(waits, 2500))) {
    return [];
  }
  const withdraw = (): void => {
    thread.said.splice(thread.said.indexOf(mark), 1);
    thread.posts.delete(mark);
  };
  const change = random.pick(["delete", "edit", "preview"]);
  if (change === "delete") {
    withdraw();
    if (!isAlone) {
      thread.loose.push({ marks: [mark], least: 0 });
    }
    await stage.remove("alice", postId);
  } else if (change === "edit") {
    const other = people.request(random, { kind: "words", count: 9, tokenDelayMs: 5 });
    withdraw();
    if (isAlone) {
      thread.said.push(other.mark);
      thread.posts.set(other.mark, postId);
      thread.saidAt.set(other.mark, Date.now());
    } else {
      thread.loose.push({ marks: [mark, other.mark], least: 1 });
    }
    await stage.edit("alice", postId, requestText(other));
  } else {
    stage.note(`a link's preview comes to ${postId}`);
    stage.sandbox.faults.previewLink(postId, "https://example.com/");
  }
  return [];
};

/** A new conversation in an old thread, and then what may end the process that has it. */
export const clear: Scene = async ({ stage, people, random }) => {
  const short = { kind: "words", count: 6, tokenDelayMs: 5 } as const;
  const thread =
    people.threads[0] && random.chance(0.5) ? people.threads[0] : await people.open(random, short);
  await soon(() => isAnswered(thread, thread.said.at(-1) ?? ""), 5000);
  await people.clear(thread);
  await pause(random.between(0, 400));
  const mark = await people.speak(thread, "alice", random, short);
  await soon(() => isAnswered(thread, mark), 5000);
  await pause(300);
  await random.pick([killClaude, killDaemon, stopDaemon])(stage, random);
  await people.speak(thread, "bob", random, short);
  return [];
};

const IDLE_MS = 1200;

/** A command in the background that takes longer than a session may be idle. */
export const background: Scene = async ({ stage, people, random }) => {
  await stage.signalDaemon("SIGTERM");
  stage.startDaemon({ SESSION_TIMEOUT_MS: String(IDLE_MS) });
  await stage.untilReady();
  const began = Date.now();
  const thread = await people.open(random, { kind: "background", count: 6, tokenDelayMs: 5 });
  const mark = thread.said[0] ?? "";
  await soon(() => thread.tools.has(mark), 6000);
  const isAllowed = thread.tools.get(mark)?.verdict === "allowed";
  const isDone =
    isAllowed && (await soon(() => stage.notes().some((note) => note.mark === mark), BACKGROUND_MS + 4000));
  await pause(500);
  const wasCut = stage.endings.some((at) => at > began);
  await stopDaemon(stage);
  return isAllowed && !isDone && !wasCut
    ? [
        {
          kind: "lost",
          what: `the command in the background of ${mark} was allowed and never came to its end`,
        },
      ]
    : [];
};

/** Files for Claude; and from Claude, where the server takes none. */
export const files: Scene = async ({ stage, people, random }) => {
  for (let times = random.between(1, 3); times > 0; times--) {
    const name = `file-${people.deeds.messages}`;
    const file = random.chance(0.5)
      ? { name: `${name}.png`, bytes: picture() }
      : { name: `${name}.txt`, bytes: new TextEncoder().encode(`what ${name} holds `.repeat(400)) };
    const wish = { kind: "words", count: 8, tokenDelayMs: 5, file } as const;
    if (people.threads.length > 0 && random.chance(0.5)) {
      await people.speak(random.pick(people.threads), random.pick(["alice", "bob"]), random, wish);
    } else {
      await people.open(random, wish);
    }
    await pause(random.between(0, 300));
  }
  if (random.chance(0.5)) {
    const undo = random.chance(0.6) ? stage.sandbox.faults.refuseUploads(random.pick([501, 403])) : () => {};
    const thread = await people.open(random, { kind: "huge", count: 5, tokenDelayMs: 0 });
    await soon(() => thread.tools.has(thread.said[0] ?? ""), 6000);
    undo();
  }
  return [];
};

/** Plans, questions and tools, whose cards are answered in words as well. */
export const cards: Scene = async ({ people, random }) => {
  people.answersInWords = true;
  for (let times = random.between(1, 3); times > 0; times--) {
    const kind = random.pick(["plan", "question", "plan", "question", "tool"]);
    const wish = { kind, count: random.between(3, 9), tokenDelayMs: 5 };
    if (people.threads.length > 0 && random.chance(0.5)) {
      await people.speak(random.pick(people.threads), random.pick(["alice", "bob"]), random, wish);
    } else {
      await people.open(random, wish);
    }
    await pause(random.between(0, 400));
  }
  return [];
};

/** The disk takes nothing for a while; what people say then is not to be forgotten once it does again. */
export function failingDisk(code: "ENOSPC" | "EIO"): Scene {
  return async ({ stage, people, random }) => {
    // A daemon that finds no place for its state at its start says so and ends: that is not what is meant here.
    await stage.untilReady();
    const repair = stage.breakDisk(code);
    if (random.chance(0.5)) {
      await people.open(random);
    }
    await pause(random.between(300, 2500));
    repair();
    // What could not be written is written with the next change.
    for (const thread of people.threads) {
      await people.speak(thread, "alice", random, { kind: "words", count: 4, tokenDelayMs: 5 });
    }
    return [];
  };
}

/** One grey pixel, as PNG. */
function picture(): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const pixel = deflateSync(Buffer.from([0, 128]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixel), chunk("IEND", Buffer.alloc(0))]),
  );
}

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}
