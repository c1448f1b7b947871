// A home on the real disk with a project, what lies outside it and what is nobody's to see; and a server that takes
// files, for the tool that sends them.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import * as nodeFs from "node:fs/promises";
import { dirname, join } from "node:path";
import { sendFile } from "../../src/chat-tools/send-file.ts";
import type { Disk } from "../../src/chat-tools/send-file-place.ts";
import type { ChatCall, ChatOutcome } from "../../src/chat-tools/types.ts";
import type { ChannelId, FileId, StreamedFile, ThreadId, UserId } from "../../src/mattermost/types.ts";
import type { RemoteShell } from "../../src/remote/types.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { temporaryDirectory } from "./temporary.ts";

export const TOKEN = "a7he3kfmnapz8wq4yeasr6tu1a";

export interface Uploaded {
  readonly name: string;
  readonly text: string;
}

export interface SendFileWorld {
  readonly root: string;
  readonly home: string;
  readonly project: string;
  readonly outside: string;
  readonly state: string;
  /** What the server has got as a whole. */
  readonly uploads: Uploaded[];
  /** What is done before the server has taken the file. */
  onUpload: (file: StreamedFile, signal: AbortSignal | undefined) => Promise<void> | void;
  /** What is done with each piece that it has got. */
  onPiece: () => void;
  readonly clock: FakeClock;
  maxFileSize: number;
  /** The text of a file in the project, at the path that is given. */
  put(path: string, text: string | Uint8Array): string;
  reason(input: Record<string, unknown>, more?: Partial<ChatCall>): Promise<string | undefined>;
  send(input: Record<string, unknown>, more?: Partial<ChatCall>, signal?: AbortSignal): Promise<ChatOutcome>;
}

/** `there`: the machine with the files, by what `~` is on it; this one if left out. */
export function sendFileWorld(disk: Disk = nodeFs, there?: (home: string) => RemoteShell): SendFileWorld {
  const root = temporaryDirectory();
  const [home, project, outside] = [join(root, "home"), join(root, "home/project"), join(root, "outside")];
  const [settings, state] = [join(home, ".config/mm-claude"), join(home, ".local/state/mm-claude")];
  const put = (path: string, text: string | Uint8Array): string => {
    const at = path.startsWith("/") ? path : join(project, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
    return at;
  };
  put("report.txt", "the report");
  put("src/deep/code.ts", "the code");
  put(".env", "mine=denied");
  put("private/deep/plan.txt", "denied plan");
  put(join(outside, "letter.txt"), "the letter");
  put(join(home, "project-2/notes.txt"), "the notes");
  put(join(settings, ".env"), "denied settings");
  put(join(state, "host/session.json"), "denied session");
  const clock = createFakeClock();
  const tool = sendFile({
    home,
    clock,
    secrets: [TOKEN],
    disk,
    api: {
      maxFileSize: async () => world.maxFileSize,
      async uploadStream(_channelId, file, signal) {
        const pieces: Buffer[] = [];
        for await (const piece of file.open()) {
          pieces.push(Buffer.from(piece));
          world.onPiece();
        }
        await world.onUpload(file, signal);
        world.uploads.push({ name: file.name, text: Buffer.concat(pieces).toString() });
        return `f${world.uploads.length}` as FileId;
      },
    },
  });
  const place = {
    name: "send_file",
    channelId: "channel" as ChannelId,
    directory: project,
    shell: there?.(home),
    deniedPaths: [join(project, ".env"), settings, state, join(project, "private"), join(home, "not-there")],
  };
  const world: SendFileWorld = {
    ...{ root, home, project, outside, state, put },
    uploads: [],
    onUpload: () => {},
    onPiece: () => {},
    clock,
    maxFileSize: Number.POSITIVE_INFINITY,
    reason: async (input, more = {}) => tool.reasonToAsk?.({ ...place, input, ...more }),
    send: (input, more = {}, signal = new AbortController().signal) =>
      tool.call(
        {
          ...place,
          input,
          asker: "alice" as UserId,
          threadId: "thread" as ThreadId,
          filesDirectory: undefined,
          callsBefore: 0,
          isAllowed: false,
          ...more,
        },
        signal,
      ),
  };
  return world;
}

/** How many files of that directory this process has open; undefined where the system does not tell. */
export async function openFilesIn(directory: string): Promise<number | undefined> {
  try {
    const links = readdirSync("/proc/self/fd").map((fd) =>
      nodeFs.readlink(`/proc/self/fd/${fd}`).catch(() => ""),
    );
    return (await Promise.all(links)).filter((path) => path.startsWith(directory)).length;
  } catch {
    return undefined;
  }
}
