// What people do at the server: say, show a file, edit, delete, react. Whatever happens to the server, they try again.

import { randomUUID } from "node:crypto";
import type { CreatedUser, Sandbox } from "../../sandbox/server/sandbox.ts";
import { type Answer, call } from "../support/sandbox-client.ts";

const NAMES = ["alice", "bob", "carol"] as const;
/** alice and bob are listed; carol is a guest. */
export type Name = (typeof NAMES)[number];

export interface PersonsFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Where {
  readonly channelId: string;
  /** "" for a post that is no reply. */
  readonly root: string;
}

export interface Hands {
  readonly users: Readonly<Record<Name, CreatedUser>>;
  /** The post's id. */
  say(by: Name, message: string, where: Where, file?: PersonsFile): Promise<string>;
  edit(by: Name, postId: string, message: string): Promise<void>;
  remove(by: Name, postId: string): Promise<void>;
  react(by: Name, postId: string, emojiName: string): Promise<void>;
}

const TRIES = 400;
const PAUSE_MS = 50;

export function createHands(sandbox: Sandbox, note: (what: string) => void): Hands {
  const users = Object.fromEntries(
    NAMES.map((username) => [username, sandbox.createUser({ username })] as const),
  ) as unknown as Readonly<Record<Name, CreatedUser>>;

  async function insist(by: Name, method: string, path: string, body: () => unknown): Promise<Answer> {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await call(sandbox, users[by].token, method, `/api/v4${path}`, body());
        // What was done although the answer was lost is not there to be done again.
        if (answer.status < 300 || (tries > 0 && answer.status === 404)) {
          return answer;
        }
        throw new Error(`${path}: ${answer.status} ${answer.text}`);
      } catch (error) {
        if (tries >= TRIES) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  async function upload(by: Name, channelId: string, { name, bytes }: PersonsFile): Promise<string> {
    const answer = await insist(by, "POST", "/files", () => {
      const form = new FormData();
      form.append("channel_id", channelId);
      form.append("files", new Blob([bytes]), name);
      return form;
    });
    return (answer.body["file_infos"] as { readonly id: string }[])[0]?.id ?? "";
  }

  return {
    users,
    async say(by, message, { channelId, root: root_id }, file) {
      note(`${by} says ${message}${file ? ` with ${file.name}` : ""}`);
      const file_ids = file ? [await upload(by, channelId, file)] : [];
      // The same one at each try: it is one message.
      const pending_post_id = `${users[by].id}:${randomUUID()}`;
      const body = { channel_id: channelId, message, root_id, pending_post_id, file_ids };
      return String((await insist(by, "POST", "/posts", () => body)).body["id"]);
    },
    async edit(by, postId, message) {
      note(`${by} edits ${postId} into ${message}`);
      await insist(by, "PUT", `/posts/${postId}/patch`, () => ({ message }));
    },
    async remove(by, postId) {
      note(`${by} deletes ${postId}`);
      await insist(by, "DELETE", `/posts/${postId}`, () => undefined);
    },
    async react(by, postId, emoji_name) {
      note(`${by} reacts ${emoji_name} on ${postId}`);
      await insist(by, "POST", "/reactions", () => ({ user_id: users[by].id, post_id: postId, emoji_name }));
    },
  };
}
