// What the server is asked about many projects, asked once for all of them: a list of the bot's channels and a look-up of
// all people's names answer for each project. What is not in them is asked for as ever.

import type { Project } from "../config/project.ts";
import type { MattermostApi, User } from "../mattermost/types.ts";

/** What the checks of a project ask. */
export type ProjectsApi = Pick<MattermostApi, "channel" | "channelByName" | "isMember" | "usersByNames">;

/** The list takes a request, and two for each team. */
const FEW = 3;

/** Rejects with MattermostError when the server can't answer. */
export async function sharedLookups(
  api: ProjectsApi & Pick<MattermostApi, "myMemberships">,
  projects: readonly Project[],
  account: User,
): Promise<ProjectsApi> {
  if (projects.length <= FEW) {
    return api;
  }
  const names = new Set(
    projects.flatMap(({ allowedUsers, approvers, bots }) => [...allowedUsers, ...approvers, ...bots]),
  );
  const [memberships, users] = await Promise.all([api.myMemberships(), api.usersByNames([...names])]);
  const byId = new Map(memberships.map(({ channel }) => [channel.id, channel]));
  const byAddress = new Map(memberships.map(({ channel, team }) => [`${team}/${channel.name}`, channel]));
  // Most projects name nobody of their own: they have one list, and are given one.
  const found = new Map<readonly string[], User[]>();
  return {
    channel: async (id) => byId.get(id) ?? api.channel(id),
    channelByName: async (team, name) => byAddress.get(`${team}/${name}`) ?? api.channelByName(team, name),
    isMember: async (channelId, userId) =>
      (userId === account.id && byId.has(channelId)) || api.isMember(channelId, userId),
    async usersByNames(wanted) {
      if (!wanted.every((name) => names.has(name))) {
        return api.usersByNames(wanted);
      }
      const those =
        found.get(wanted) ?? users.filter(({ username }) => wanted.includes(username.toLowerCase()));
      found.set(wanted, those);
      return those;
    },
  };
}
