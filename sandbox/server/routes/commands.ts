// Slash commands as the server runs them. They never reach a bot: /invite and /kick change the channel's members, any
// other is not found.
import { ApiError, refused } from "../api-error.ts";
import { type App, me, objectBody, type Services, stringOf } from "./context.ts";

export function mountCommands(app: App, { store, membership }: Services): void {
  const { people, places } = store;
  const answer = (text: string) => ({
    response_type: "ephemeral",
    text,
    username: "",
    channel_id: "",
    icon_url: "",
    type: "",
    props: null,
    goto_location: "",
    trigger_id: "",
    skip_slack_parsing: false,
    attachments: null,
    extra_responses: null,
  });

  app.post("/api/v4/commands/execute", async (c) => {
    const user = me(c);
    const body = await objectBody(c, "command_args");
    const command = stringOf(body["command"]);
    const channel = places.channel(stringOf(body["channel_id"]));
    if (!channel || !places.isMember(channel.id, user.id)) throw refused();
    const [, trigger = "", rest = ""] = /^\/(\S*)\s*(.*)$/s.exec(command) ?? [];
    if (trigger !== "invite" && trigger !== "kick" && trigger !== "remove") {
      throw new ApiError(
        404,
        "api.command.execute_command.not_found.app_error",
        `Command with a trigger of '${trigger}' not found. To send a message beginning with "/", try adding an empty space at the beginning of the message.`,
      );
    }
    if (channel.teamId === "") {
      const [act, from] = trigger === "invite" ? ["add", "to"] : ["remove", "from"];
      return c.json(answer(`You can't ${act} someone ${from} a direct message channel.`));
    }
    const target = people.byName((rest.split(/\s/)[0] ?? "").replace(/^@/, ""));
    if (target?.deleteAt !== 0) {
      return c.json(
        answer("We couldn't find the user. They may have been deactivated by the System Administrator."),
      );
    }
    if (trigger === "invite") {
      const isNew = membership.add(user, channel, target);
      return c.json(answer(isNew ? "" : `${target.username} is already in the channel.`));
    }
    const wasIn = membership.remove(user, channel, target);
    return c.json(answer(wasIn ? "" : `${target.username} is not a member of this channel.`));
  });
}
