// What posts were last known to say: tells an edit from an event that changes something else of a post, such as the
// preview of a link. Keeps no words.

import { createHash } from "node:crypto";
import type { Post, PostId } from "../mattermost/types.ts";
import { BoundedMap } from "../util/bounded-map.ts";

const MAX_KNOWN = 5000;

export class KnownTexts {
  readonly #digests = new BoundedMap<PostId, string>(MAX_KNOWN);

  /** Whether the post says something else than was known of it, or nothing was. */
  note({ id, message }: Pick<Post, "id" | "message">): boolean {
    const digest = createHash("sha256").update(message).digest("base64");
    const isNew = this.#digests.get(id) !== digest;
    this.#digests.set(id, digest);
    return isNew;
  }

  forget(id: PostId): void {
    this.#digests.delete(id);
  }
}
