// How the figures were taken, in sentences for those who read them.

import type { ClaudeKind } from "./claudes.ts";

const MODEL: Readonly<Record<ClaudeKind, string>> = {
  scripted:
    "The model is scripted: asked, it sends its first token at once, and then one each 20 ms, 43 in all (short answer), or one each 50 ms, 200 in all (10 s answer). So Claude's time to first token is the CLI's own.",
  fake: "Instead of the CLI there is a stand-in that starts faster; its model is scripted: asked, it sends its first token at once, and then one each 20 ms (short answer) or 50 ms (10 s answer).",
  real: "The CLI runs with a real model: its own times are in all of them, and vary.",
};

const TIMES = {
  own: "A time begins when the server gets a message and ends when the server holds the post or the edit, not when a client has drawn it; typing ends at another client.",
  given: "A time begins when a message is sent and ends when a client has been told of the post or the edit.",
} as const;

export function methodOf(claude: ClaudeKind, isServerGiven: boolean): string[] {
  return [
    "Server, model and clock live in one process; the daemon (`dist`) is a child process as in production, and Claude is its child. All on loopback.",
    MODEL[claude],
    isServerGiven ? TIMES.given : TIMES.own,
    "The cases run one after the other in rounds, so that what else the machine does falls on all of them alike.",
    "**limit** is the same with nothing between: a bot of 40 lines, the CLI alone with the same arguments, an empty Node. **ratio** is the median by it.",
    "A server that is far away: its answers to the daemon come so many milliseconds later, and so does what they are about; **limit** is the bot of 40 lines, whose answers come as late.",
    "Traffic is counted at the server's sockets, HTTP headers included, the WebSocket's not.",
    "Scale: each session's Claude writes 50 tokens/s, each when it is due (with 300 of them five at a time) and with the time in its text. One process speaks for all of them, through a `cat` each; it runs on the same cores as the daemon and the server, so every delay has a share of waiting for a core. Memory and processor time are the daemon's own (resident set; user and system time of its process), children not included. 100 % is one core. The daemon saves its sessions on the disk of the system's temporary directory, as it does in production; their share of its loop is taken from a profile of five seconds after that.",
    "**newest word** is, at each edit, the youngest token in it: the way's own time, and up to the time to the next one (20 ms; with 300 sessions 100 ms). **oldest word that was not shown** is the one that waited longest for its edit.",
    "Channels: the same daemon serves 200 channels by a projects.yaml, each with a project in a directory of its own, beside one that serves one channel by a projects.yaml as well; **limit** is that one, measured in the same round, first and second in turn. A start is measured with no state and with that of an earlier start, on a server that allows the daemon 10 requests/s and bursts of 100, and its requests are counted until nothing more is asked.",
    "Outages: somebody says ten things in each of the channels, in one in ten of them a mention among these, and a message in each of five sessions that were idle; a quarter of the channels had a session before. Or the same things in one channel, which is as much to do for a server without a limit. Either the daemon's process stands still meanwhile and the server has forgotten its connection (**lost**), or it is stopped and started again (**restart**; its start is in the times). Times begin when all is said. A channel is read when its posts are asked for. A server's limit is whole at the beginning, as it is after an hour. Mentions are answered by the small Claude of the crowds, which takes no time of its own.",
    "A Claude that waits has done all it does at its start, both in the daemon and as the limit. Its first message still costs it more than its second.",
    "p95 is the nearest rank: with few runs it is the slowest.",
  ];
}
