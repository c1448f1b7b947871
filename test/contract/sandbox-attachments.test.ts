// What a post carries beside its message: attachments in its props, and files. As a bot sends them and others get them.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CreatedUser } from "../../sandbox/server/sandbox.ts";
import type { Answer, Json } from "../support/sandbox-client.ts";
import { postIn, startWorld, type World } from "../support/sandbox-world.ts";
import { wordsOf } from "../support/words-of.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const ATTACHMENT = { color: "#1a7f37", text: "✅ **Allowed** by @alice", fallback: "Allowed by @alice" };

const idOf = (answer: Answer) => String(answer.body["id"]);
const seen = (id: string) => world.sandbox.state.thread(id)[0];

describe("attachments", () => {
  test("come back as they were sent, with and without a message", async () => {
    const props = {
      attachments: [ATTACHMENT, { ...ATTACHMENT, fields: [{ title: "a", value: 1 }] }],
      mine: { a: [1] },
    };
    for (const message of ["", "words"]) {
      const { status, body } = await world.post(world.robot, message, { props });
      expect([status, body["message"]]).toEqual([201, message]);
      expect(body["props"]).toEqual({ ...props, from_bot: "true" });
      expect((await world.api(world.bob, "GET", `/posts/${body["id"]}`)).body["props"]).toEqual(
        body["props"],
      );
    }
  });

  test("are anyone's to send, but only a bot's post is marked as one", async () => {
    const { body } = await world.post(world.alice, "", { props: { attachments: [ATTACHMENT] } });
    expect(body["props"]).toEqual({ attachments: [ATTACHMENT] });
  });

  test("are in the events of the post and of its edits", async () => {
    const socket = await world.socket(world.bob);
    const id = idOf(await world.post(world.robot, "", { props: { attachments: [ATTACHMENT] } }));
    const created = postIn(await socket.seen((frame) => frame["event"] === "posted"));
    expect(created["props"]).toEqual({ attachments: [ATTACHMENT], from_bot: "true" });
    const attachments = [{ ...ATTACHMENT, text: "👎 **Denied** by @alice" }];
    await world.api(world.robot, "PUT", `/posts/${id}/patch`, { props: { attachments } });
    const edited = postIn(await socket.seen((frame) => frame["event"] === "post_edited"));
    expect([edited["message"], edited["props"]]).toEqual(["", { attachments }]);
    socket.cut();
  });

  test("change the time of the edit, other props don't, and an edit without props leaves them", async () => {
    const id = idOf(await world.post(world.robot, "words", { props: { attachments: [ATTACHMENT], a: 1 } }));
    const patch = async (changes: object) =>
      (await world.api(world.robot, "PUT", `/posts/${id}/patch`, changes)).body;
    const other = await patch({ props: { attachments: [{ ...ATTACHMENT }], b: 2 } });
    expect([other["edit_at"], other["props"]]).toEqual([0, { attachments: [ATTACHMENT], b: 2 }]);
    const attachment = await patch({ props: { attachments: [{ ...ATTACHMENT, color: "#000000" }] } });
    expect(Number(attachment["edit_at"])).toBeGreaterThan(0);
    const message = await patch({ message: "more words" });
    expect(message["props"]).toEqual({ attachments: [{ ...ATTACHMENT, color: "#000000" }] });
    expect((await patch({ props: {} }))["props"]).toEqual({});
  });

  // As the server does: it marks a bot's post once, when it is made. Who replaces the props says it again.
  test("that a bot edits take `from_bot` away unless the edit has it too", async () => {
    const id = idOf(await world.post(world.robot, "words"));
    const patch = async (props: object) =>
      (await world.api(world.robot, "PUT", `/posts/${id}/patch`, { props })).body["props"];
    const marked = { attachments: [ATTACHMENT], from_bot: "true" };
    expect(await patch(marked)).toEqual(marked);
    expect(await patch({ attachments: [ATTACHMENT] })).toEqual({ attachments: [ATTACHMENT] });
  });

  test("are what tests read below the message, whatever else props hold", async () => {
    const id = idOf(
      await world.post(world.robot, "above", { props: { attachments: [ATTACHMENT, { text: "two" }] } }),
    );
    expect(seen(id)?.attachments).toEqual([
      { color: ATTACHMENT.color, text: ATTACHMENT.text },
      { color: "", text: "two" },
    ]);
    expect(world.sandbox.state.thread(id).map(wordsOf)).toEqual([`above\n${ATTACHMENT.text}\ntwo`]);
    for (const attachments of ["x", {}, [null, 1, "x", []], undefined]) {
      const odd = idOf(await world.post(world.robot, "odd", { props: { attachments } }));
      expect(seen(odd)?.attachments).toEqual([]);
    }
  });
});

describe("files of a bot", () => {
  test("stand in its post like anyone's, beside an attachment and without a message", async () => {
    const form = new FormData();
    form.append("channel_id", world.channelId);
    form.append("files", new Blob(["+1\n-1\n"]), "changes.diff");
    const upload = await world.api(world.robot, "POST", "/files", form);
    const [file] = upload.body["file_infos"] as Json[];
    expect([upload.status, file?.["name"]]).toEqual([201, "changes.diff"]);
    const post = await world.post(world.robot, "", {
      file_ids: [file?.["id"]],
      props: { attachments: [ATTACHMENT] },
    });
    expect(post.body["file_ids"]).toEqual([file?.["id"]]);
    expect(seen(idOf(post))).toMatchObject({ message: "", files: ["changes.diff"] });
    const fetched = await world.api(world.bob, "GET", `/files/${file?.["id"]}`);
    expect(fetched.text).toBe("+1\n-1\n");
    // An edit of the attachment leaves them.
    const props = { attachments: [{ ...ATTACHMENT, text: "other" }] };
    const edited = await world.api(world.robot, "PUT", `/posts/${idOf(post)}/patch`, { props });
    expect(edited.body["file_ids"]).toEqual([file?.["id"]]);
  });

  const upload = async (
    user: CreatedUser,
    channelId: string,
    name: string,
    content: string | Uint8Array<ArrayBuffer> = name,
  ) => {
    const form = new FormData();
    form.append("channel_id", channelId);
    form.append("files", new Blob([content]), name);
    const { body } = await world.api(user, "POST", "/files", form);
    return String((body["file_infos"] as Json[] | undefined)?.[0]?.["id"] ?? body["id"]);
  };

  // Read in the source: what can't be attached is left out without a word.
  test("are in one post only, of the channel and the account that they were uploaded for", async () => {
    const { id: other } = world.sandbox.createChannel({ teamId: world.teamId, name: "other" });
    world.sandbox.addMember(other, world.robot.id);
    const [mine, elsewhere, hers] = [
      await upload(world.robot, world.channelId, "mine.txt"),
      await upload(world.robot, other, "elsewhere.txt"),
      await upload(world.alice, world.channelId, "hers.txt"),
    ];
    const file_ids = [mine, elsewhere, hers, "a".repeat(26), mine];
    const first = await world.post(world.robot, "", { file_ids });
    expect([first.status, first.body["file_ids"]]).toEqual([201, [mine]]);
    const second = await world.post(world.robot, "again", { file_ids: [mine] });
    expect([second.status, second.body["file_ids"]]).toEqual([201, []]);
  });

  test("are ten in a post at most", async () => {
    const ids = Array.from({ length: 11 }, (_, at) => String(at).padStart(26, "a"));
    const { status, body } = await world.post(world.robot, "", { file_ids: ids });
    expect([status, body["id"]]).toEqual([400, "model.post.is_valid.file_ids.app_error"]);
    expect((await world.post(world.robot, "", { file_ids: ids.slice(1) })).status).toBe(201);
  });

  test("may have the size that the settings say, which an administrator changes", async () => {
    const sizeOf = async () =>
      (await world.api(world.robot, "GET", "/config/client?format=old")).body["MaxFileSize"];
    expect(await sizeOf()).toBe("52428800");
    world.sandbox.faults.limitFiles(10);
    expect(await sizeOf()).toBe("10");
    expect(await upload(world.robot, world.channelId, "fits", "x".repeat(10))).toMatch(/^[a-z0-9]{26}$/);
    const tooLarge = "api.file.upload_file.too_large_detailed.app_error";
    expect(await upload(world.robot, world.channelId, "too large", "x".repeat(11))).toBe(tooLarge);
  });

  test.each([
    ["nothing", ""],
    ["what looks like a form", "\r\n--x\r\n\r\n--\r\nContent-Disposition: form-data\r\n\r\n"],
    ["every byte", new Uint8Array(256).map((_, at) => at)],
  ])("come back byte for byte: %s", async (_title, content) => {
    const id = await upload(world.robot, world.channelId, 'a "b"\n.bin', content);
    const url = `${world.sandbox.url}/api/v4/files/${id}`;
    const got = await fetch(url, { headers: { Authorization: `Bearer ${world.robot.token}` } });
    expect(Buffer.from(await got.arrayBuffer())).toEqual(Buffer.from(content as Uint8Array));
    expect((await world.api(world.robot, "GET", `/files/${id}/info`)).body["name"]).toBe('a "b"\n.bin');
  });

  test("in a form that is none are refused", async () => {
    for (const body of [
      "",
      "--x",
      "--x--",
      "--x\r\n\r\n",
      "--x\r\nA: b\r\n\r\nc\r\n--x--",
      "y".repeat(9000),
    ]) {
      const answer = await fetch(`${world.sandbox.url}/api/v4/files`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${world.robot.token}`,
          "Content-Type": "multipart/form-data; boundary=x",
        },
        body,
      });
      expect([answer.status >= 400 && answer.status < 500, body]).toEqual([true, body]);
    }
  });
});
