// The REST calls about users.

import { decodeList, decodeUser, decodeUserStatus } from "../decode.ts";
import type { MattermostApi, User, UserId, UserStatus } from "../types.ts";
import { type JsonRequests, orIfRefused } from "./json-requests.ts";

type UserCalls = Pick<MattermostApi, "me" | "user" | "userByName" | "usersByNames" | "statuses">;

export function userCalls(json: JsonRequests): UserCalls {
  return {
    me: () => json.get("read the bot's own account", "/users/me", decodeUser),
    user: (id) => json.get("look up a user", `/users/${id}`, decodeUser),
    userByName: (username) => userByName(json, username),
    usersByNames: (usernames) => usersByNames(json, usernames),
    statuses: (ids) => statuses(json, ids),
  };
}

async function userByName(json: JsonRequests, username: string): Promise<User | undefined> {
  const name = username.toLowerCase();
  // No account can have any other name (read in the server's source). For other names the server answers as it does for
  // a wrong address, or it takes them for another path.
  if (!/^[a-z0-9._-]{1,64}$/.test(name) || [".", ".."].includes(name)) {
    return undefined;
  }
  const call = json.get(`look up the user ${name}`, `/users/username/${name}`, decodeUser);
  // 400 (`rejected`): a name that no account may have, such as `all` and `channel` (read).
  return orIfRefused(call, ["not-found", "rejected"], undefined);
}

async function usersByNames(json: JsonRequests, usernames: readonly string[]): Promise<User[]> {
  // The server answers 400 to an empty list.
  if (usernames.length === 0) {
    return [];
  }
  const body = usernames.map((name) => name.toLowerCase());
  return json.send({ what: "look up users", method: "POST", path: "/users/usernames", body }, (users) =>
    decodeList(users, decodeUser),
  );
}

async function statuses(json: JsonRequests, ids: readonly UserId[]): Promise<UserStatus[]> {
  if (ids.length === 0) {
    return [];
  }
  const request = {
    what: "look up who is busy",
    method: "POST",
    path: "/users/status/ids",
    body: ids,
  } as const;
  return json.send(request, (list) => decodeList(list, decodeUserStatus));
}
