// Posts that could not be dealt with, however often they were tried: is that the server's fault, or the post's?

import type { MattermostApi, PostId } from "../mattermost/types.ts";
import { BoundedMap } from "../util/bounded-map.ts";

/** So often one is tried before it is asked whose fault it is. */
const MOST_FAILURES = 6;
const MOST_FAILING = 100;

export class FailingPosts {
  readonly #api: Pick<MattermostApi, "post">;
  readonly #failures = new BoundedMap<PostId, number>(MOST_FAILING);

  constructor(api: Pick<MattermostApi, "post">) {
    this.#api = api;
  }

  /** It has failed once more. True: it is this post alone that can't be dealt with, while the server answers. */
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
