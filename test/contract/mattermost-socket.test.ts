// The socket fed with the three connections of a real 7.10 server: a first one, one that resumes it, and one
// that the server could not resume.
import { expect, test } from "vitest";
import { connections } from "../support/server-recording.ts";
import { connect, listen, type Peer } from "../support/socket-peer.ts";

function play(peer: Peer, connection: number): void {
  for (const line of connections[connection] ?? []) {
    if (line.kind === "ws-in" && line.frame !== undefined) peer.send(line.frame);
  }
}

test("the recorded outage is resumed and the recorded lost connection is told as a gap", async () => {
  const server = await listen();
  const client = connect(server.url);
  const first = await server.peer();
  play(first, 0);
  const story: string[] = [];
  const readUntil = async (last: string) => {
    do story.push(await client.nextBrief());
    while (story.at(-1) !== last);
  };
  await readUntil("p4idgdjcjbyzzdhatyt8w9jbna");
  first.socket.terminate();
  await readUntil("disconnected");
  await client.clock.advance(500);

  const second = await server.peer();
  const resume = connections[1]?.[0]?.url;
  expect(second.url).toBe(`/chat${resume}`);
  play(second, 1);
  story.length = 0;
  await readUntil("qnsyzzm69j8s7jj4i78f1x63ry");
  expect(story).toEqual([
    "hello pu6z7xzxa7rkuycc1bhwq3ug5c resumed",
    "mcf13uuuybnaf89f8r5rujhdjc",
    "qnsyzzm69j8s7jj4i78f1x63ry",
  ]);
  second.socket.terminate();
  await readUntil("disconnected");
  await client.clock.advance(500);

  const third = await server.peer();
  play(third, 2);
  expect(await client.nextBrief()).toBe("hello 5ft51ccmp7gqzrinx3okuzjkea new");
  expect(client.lines.filter((line) => line.includes("skipped"))).toEqual([]);
});
