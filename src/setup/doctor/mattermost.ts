// Doctor's look at the server: the way there, the account, the channel, the people, and what of the server's own
// settings and clock matters to a bridge.

import type { ConfigInput } from "../../config/load.ts";
import type { Config } from "../../config/settings.ts";
import { MattermostError } from "../../mattermost/error.ts";
import type { RestClient } from "../../mattermost/rest.ts";
import type { MattermostApi, User } from "../../mattermost/types.ts";
import { readRegularFile } from "../../util/regular-file.ts";
import {
  checkAccount,
  checkApprovers,
  checkBotName,
  checkChannel,
  checkExtraCertificates,
  checkPostLimit,
  checkProxy,
  checkServer,
  checkUsers,
} from "../checks.ts";
import { type Finding, findingsOf, ok, problem, warning } from "./report.ts";

export type DoctorApi = MattermostApi & Pick<RestClient, "clockLeadMs" | "postEditLimit">;
export type DoctorConnect = (url: string, token: string) => DoctorApi;

export async function examineMattermost(
  config: Config,
  env: ConfigInput["env"],
  connect: DoctorConnect,
): Promise<Finding[]> {
  const way = [
    checkProxy(config.url),
    checkExtraCertificates(env["NODE_EXTRA_CA_CERTS"], readRegularFile),
  ].flatMap((check) => (check === undefined ? [] : findingsOf(check)));
  const api = connect(config.url, config.token);
  const [server, account] = await Promise.all([checkServer(api, config.url), checkAccount(api)]);
  if (!server.ok) return [...way, ...findingsOf(server)];
  const rest = account.ok ? await examineAs(account.value, config, api) : [];
  return [
    ...way,
    ...findingsOf(server),
    ...clockFindings(api.clockLeadMs()),
    ...findingsOf(account),
    ...rest,
  ];
}

async function examineAs(account: User, config: Config, api: DoctorApi): Promise<Finding[]> {
  const { allowedUsers, approvers } = config;
  // Whom no list names is a matter of the settings, and told there.
  const isOpen = allowedUsers.length === 0;
  const checks = await Promise.all([
    ...(config.channelId === undefined ? [] : [checkChannel(api, config.channelId, account)]),
    checkBotName(api, config.botName ?? account.username, account),
    ...(isOpen ? [] : [checkUsers(api, allowedUsers)]),
    ...(isOpen && approvers.length === 0 ? [] : [checkApprovers(api, approvers, config.skipPermissions)]),
    checkPostLimit(api),
  ]);
  return [...checks.flatMap(findingsOf), await editFinding(api)];
}

const SHORTEST_EDIT_S = 300;

/** Answers grow, and headers and cards change, by edits. */
async function editFinding(api: DoctorApi): Promise<Finding> {
  try {
    const seconds = await api.postEditLimit();
    if (seconds === Number.POSITIVE_INFINITY) return ok("posts can be edited without a limit of time");
    return seconds < SHORTEST_EDIT_S
      ? warning(
          `Posts can be edited for ${seconds} s only, so long answers come in many posts, and headers and cards stay as they ` +
            "are. Allow 5 minutes or more (PostEditTimeLimit in the System Console).",
        )
      : ok(`posts can be edited for ${Math.floor(seconds / 60)} min`);
  } catch (error) {
    if (error instanceof MattermostError) return problem(error.message);
    throw error;
  }
}

const MOST_SKEW_MS = 60_000;

function clockFindings(leadMs: number | undefined): Finding[] {
  if (leadMs === undefined) return [];
  const skewMs = Math.abs(leadMs);
  if (skewMs <= MOST_SKEW_MS) return [ok("its clock and this machine's agree")];
  const minutes = skewMs < 120_000 ? `${Math.round(skewMs / 1000)} s` : `${Math.round(skewMs / 60_000)} min`;
  const direction = leadMs > 0 ? "behind" : "ahead of";
  return [
    warning(
      `This machine's clock is ${minutes} ${direction} the server's, so times are told wrongly. Let both follow a time ` +
        "server (NTP).",
    ),
  ];
}
