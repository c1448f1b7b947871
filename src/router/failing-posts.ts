// Posts whose handling has failed. Finds out whether the server or the post itself is the cause.

import type { MattermostApi, PostId } from "../mattermost/types.ts";
import { BoundedMap } from "../util/bounded-map.ts";

/** After so many failures it is asked whether the server answers. */
const MOST_FAILURES = 6;
const MOST_FAILING = 100;

export class FailingPosts {
  readonly #api: Pick<MattermostApi, "post">;
  readonly #failures = new BoundedMap<PostId, number>(MOST_FAILING);

  constructor(api: Pick<MattermostApi, "post">) {
    this.#api = api;
  }

  /**
   * Counts one more failure. True when it is this post alone that can't be handled: it has failed often, and the server
   * answers.
   */
  async noteFailure(postId: PostId): Promise<boolean> {
    const failures = (this.#failures.get(postId) ?? 0) + 1;
    this.#failures.set(postId, failures);
    return (
      failures >= MOST_FAILURES &&
      this.#api.post(postId).then(
        () => true,
        () => false,
      )
    );
  }

  forget(postId: PostId): void {
    this.#failures.delete(postId);
  }
}
