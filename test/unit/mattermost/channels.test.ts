import { expect, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

const refuse = (status: number, id: string): Response =>
  new Response(JSON.stringify({ id, message: "no", status_code: status }), { status });

test("a channel by its names is one that the account may see, archived or not", async () => {
  const channel = { id: "c", team_id: "t", name: "shop", display_name: "Shop", type: "O", delete_at: 5 };
  const answers = [
    new Response(JSON.stringify(channel)),
    refuse(404, "app.channel.get_by_name.missing.app_error"),
    refuse(400, "api.context.invalid_url_param.app_error"),
    refuse(403, "api.context.permissions.app_error"),
  ];
  const paths: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    paths.push(String(url).replace("https://example.com/api/v4", ""));
    return answers.shift() ?? Response.error();
  };
  const api = connectRest({
    url: "https://example.com",
    token: "t0ken",
    transport: transportOf(fetch),
    clock: createFakeClock(),
  });
  const found = { id: "c", teamId: "t", name: "shop", displayName: "Shop", type: "O", isArchived: true };
  expect(await api.channelByName("dev", "shop")).toEqual(found);
  for (let other = 0; other < 3; other++) expect(await api.channelByName("a/b", "?")).toBeUndefined();
  expect(paths.slice(0, 2)).toEqual([
    "/teams/name/dev/channels/name/shop?include_deleted=true",
    "/teams/name/a%2Fb/channels/name/%3F?include_deleted=true",
  ]);
});
