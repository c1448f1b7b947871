// Messages that were taken as answers: what people write while a plan or a question stands in the thread decides about
// it, by the server's clock, also when they have not seen it yet. Pure.

import type { SeenPost } from "../../sandbox/server/state.ts";
import { blocksIn, type SavedLine, textOf } from "./files.ts";
import { requestIn } from "./words.ts";

/** A message, and what it was taken as the answer to, by their marks. */
export interface Answering {
  readonly mark: string;
  readonly about: string;
}

/** As Claude heard it: the message stands in the result of what it had asked with. */
export function answersIn(lines: readonly SavedLine[]): Answering[] {
  const blocks = lines.flatMap(blocksIn);
  const asked = new Map(
    blocks
      .filter(({ name }) => name === "AskUserQuestion" || name === "ExitPlanMode")
      .map(({ id, input }) => [id, ASKED.exec(JSON.stringify(input))?.[1]]),
  );
  return blocks.flatMap(({ tool_use_id: id, content }) => {
    const about = asked.get(id);
    const request = requestIn(textOf(content));
    return about === undefined || request === undefined || request === "go on"
      ? []
      : [{ mark: request.mark, about }];
  });
}

const ASKED = /(?:Which for|Plan) (m\d+)\b/;

/** Whether a card says that the message was taken as its answer. */
export const isShownAsAnswer = ({ attachments }: SeenPost, mark: string): boolean =>
  attachments.some(({ text }) => /✅|✏️/u.test(text) && new RegExp(`RUN \\w+ ${mark}\\b`).test(text));

/** Whether what was asked stood in the thread when the message was written. `mine`: the bot's posts. */
export function stoodBefore(
  mine: readonly SeenPost[],
  about: string,
  message: Pick<SeenPost, "createdAt">,
): boolean {
  const isCard = new RegExp(`(?:Which for|Plan) ${about}\\b`);
  return mine.some((post) => isCard.test(post.message) && post.createdAt < message.createdAt);
}
