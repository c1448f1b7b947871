// Whether the accounts in a project's `bots` are there, and are bot accounts.

import type { MattermostApi, User } from "../mattermost/types.ts";
import { type Check, failed, guard, passed } from "./checks.ts";

/** The accounts that may ask; `account`: mm-claude's own. */
export async function checkBots(
  api: Pick<MattermostApi, "usersByNames">,
  names: readonly string[],
  account: Pick<User, "id">,
): Promise<Check<readonly User[]>> {
  if (names.length === 0) return passed([], "no bot may ask");
  return guard(async () => {
    const users = await api.usersByNames(names);
    const known = new Map(users.map((user) => [user.username.toLowerCase(), user]));
    const which = (isWrong: (user: User | undefined) => boolean): string =>
      names
        .filter((name) => isWrong(known.get(name)))
        .map((name) => `@${name}`)
        .join(", ");
    const complaints = [
      ["no such account", which((user) => user === undefined)],
      ["deactivated", which((user) => user?.isActive === false)],
      ["no bot account, so allowedUsers is its place", which((user) => user?.isBot === false)],
      ["mm-claude's own account", which((user) => user?.id === account.id)],
    ].filter(([, found]) => found !== "");
    return complaints.length > 0
      ? failed(`bots: ${complaints.map((words) => words.join(": ")).join("; ")}. Correct the list.`)
      : passed(users, `${which(() => true)} may ask, and decide nothing`);
  });
}
