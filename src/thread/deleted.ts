// Whether a refused edit means that the post is gone: the refusal alone does not say (403 on 7.10).

import { isGone } from "../mattermost/error.ts";
import type { MattermostApi, PostId } from "../mattermost/types.ts";

export async function isDeleted(api: Pick<MattermostApi, "post">, id: PostId): Promise<boolean> {
  try {
    await api.post(id);
    return false;
  } catch (error) {
    if (isGone(error)) {
      return true;
    }
    throw error;
  }
}
