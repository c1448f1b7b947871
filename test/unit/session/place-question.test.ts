// The question whether a session is to have a branch of its own, and who answers it when.

import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import { CONTEXT, createScript, OTHER, OWNER, type Script } from "../../support/session-script.ts";

function asked(): Script & { posted(): void } {
  const script = createScript();
  script.take({ type: "opened", worktree: { branch: "fix", isAsked: true } });
  script.says(OWNER, "go");
  const { worktree } = script.state;
  const key = worktree?.status === "asked" ? worktree.key : expect.fail("Nobody was asked.");
  return { ...script, posted: () => void script.take({ type: "posted", key, postId: "question" as PostId }) };
}

const requests = ({ effects }: Script) => effects.filter(({ type }) => type === "worktree");

test("an answer that is heard before the question's post is known counts", () => {
  const script = asked();
  script.react(OTHER, "question", "open_file_folder");
  script.react(OWNER, "question", "herb");
  expect(requests(script)).toEqual([]);
  script.posted();
  expect(requests(script)).toEqual([
    { type: "worktree", request: { act: "make", branch: "fix", made: undefined, from: CONTEXT.directory } },
  ]);
});

test("the first answer of somebody who may give one counts, and no other", () => {
  const script = asked();
  script.posted();
  script.react(OTHER, "question", "herb");
  script.react(OWNER, "elsewhere", "herb");
  script.react(OWNER, "question", "+1");
  script.react(OWNER, "question", "open_file_folder");
  script.react(OWNER, "question", "herb");
  expect(requests(script)).toEqual([]);
  expect(script.state.worktree).toBeUndefined();
  expect(script.said()).toContain("📂 @alice chose to work right in the directory.");
});

test("after a crash it is made of the repository that the session began in, wherever its project is by now", () => {
  const moved = createScript({ directory: "/elsewhere" });
  const { effects } = moved;
  Object.assign(moved.state, { worktree: { status: "making", branch: "fix", made: undefined } });
  moved.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } });
  expect(effects.filter(({ type }) => type === "worktree")).toEqual([
    { type: "worktree", request: { act: "make", branch: "fix", made: undefined, from: "/elsewhere" } },
  ]);
});
