// A sandbox with very many channels, all of the same members: what a bot that serves a large place lives in.
import type { CreatedChannel, Sandbox } from "../../sandbox/server/sandbox.ts";

export interface ManyChannels {
  readonly teamId: string;
  readonly count: number;
  readonly memberIds: readonly string[];
  /** `channel-1` and so on, if left out. */
  readonly prefix?: string;
}

export function createManyChannels(
  sandbox: Pick<Sandbox, "createChannels" | "addMember">,
  { teamId, count, memberIds, prefix = "channel" }: ManyChannels,
): CreatedChannel[] {
  const names = Array.from({ length: count }, (_, at) => `${prefix}-${at + 1}`);
  const channels = sandbox.createChannels(names.map((name) => ({ teamId, name })));
  for (const { id } of channels) for (const userId of memberIds) sandbox.addMember(id, userId);
  return channels;
}
