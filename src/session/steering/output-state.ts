// Long results of tools as they are kept: not what they say, but where it is found again, and in which post each offers
// itself.

import type { ToolUseId } from "../../claude/types.ts";
import type { PostId } from "../../mattermost/types.ts";
import type { PageUpdate } from "../../render/transcript.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { SessionState } from "../types.ts";

/** The result of one tool. */
export interface ToolOutput {
  /** Its name in the session. */
  readonly number: number;
  readonly id: ToolUseId;
  /** Of the tool. */
  readonly name: string;
  /** In which it is saved. */
  readonly conversationId: string;
  /** The post with its line; undefined where it has none. */
  key?: PostKey | undefined;
}

export interface OutputPost {
  readonly key: PostKey;
  postId: PostId;
  /** When its files were last asked for. */
  shownAt?: number | undefined;
}

export interface OutputsState {
  /** In order. */
  readonly tools: readonly ToolOutput[];
  /** Posts with tool lines, and those that may get some. */
  readonly posts: readonly OutputPost[];
}

const MOST_TOOLS = 150;
const MOST_POSTS = 50;

const outputsOf = ({ steering }: SessionState): OutputsState => steering.outputs ?? { tools: [], posts: [] };

export const lastOutput = (state: SessionState): ToolOutput | undefined => outputsOf(state).tools.at(-1);

export function addOutput(state: SessionState, id: ToolUseId, name: string): ToolOutput {
  const { tools, posts } = outputsOf(state);
  const number = (tools.at(-1)?.number ?? 0) + 1;
  const output: ToolOutput = { number, id, name, conversationId: state.conversation.id };
  state.steering.outputs = { posts, tools: [...tools, output].slice(-MOST_TOOLS) };
  return output;
}

/** Their lines stand in these posts. */
export function placeOutputs(state: SessionState, updates: readonly PageUpdate[]): void {
  for (const { key, offering } of updates) {
    for (const id of offering) {
      const output = outputsOf(state).tools.findLast((tool) => tool.id === id);
      if (output) {
        output.key = key;
      }
    }
  }
}

/** It is known which post that is. */
export function outputPosted(state: SessionState, key: PostKey, postId: PostId): void {
  const { tools, posts } = outputsOf(state);
  const known = posts.find((post) => post.key === key);
  const growing = state.turn.transcript.keys;
  const isOf = (wanted: PostKey): boolean =>
    growing.includes(wanted) || tools.some((tool) => tool.key === wanted);
  if (known) {
    known.postId = postId;
  } else if (isOf(key)) {
    const wanted = posts.filter((post) => isOf(post.key));
    state.steering.outputs = { tools, posts: [...wanted, { key, postId }].slice(-MOST_POSTS) };
  }
}

/** The post, and what it offers, if it offers anything. */
export function outputsOn(
  state: SessionState,
  postId: PostId,
): { readonly post: OutputPost; readonly tools: readonly ToolOutput[] } | undefined {
  const { tools, posts } = outputsOf(state);
  const post = posts.find((one) => one.postId === postId);
  const offered = tools.filter(({ key }) => post !== undefined && key === post.key);
  return post && offered.length > 0 ? { post, tools: offered } : undefined;
}

export function outputPostOf(state: SessionState, key: PostKey): OutputPost | undefined {
  return outputsOf(state).posts.find((post) => post.key === key);
}
