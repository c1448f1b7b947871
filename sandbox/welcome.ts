// The first post in the sandbox's channel: where people are, and things to try, each of which shows one thing that
// mm-claude does. Posted as any client would.

export interface Welcome {
  readonly url: string;
  /** Of the account that says it. */
  readonly token: string;
  readonly channelId: string;
  readonly bot: string;
  readonly isScripted: boolean;
}

interface Try {
  readonly title: string;
  readonly shows: string;
  readonly text: string;
  /** A drawing of the page's that goes along as a picture. */
  readonly drawing?: string;
}

/** The scripted model knows these words; to a real Claude they are plain requests, in whatever directory it works. */
export const TRIES: readonly Try[] = [
  {
    title: "Ask",
    shows: "An answer that grows in place, with a line for every tool",
    text: "what does this project do?",
  },
  {
    title: "Approve",
    shows: "Nothing runs before you have seen it and said yes",
    text: "run the tests and fix what fails",
  },
  {
    title: "Plan",
    shows: "First the plan, then your word, then the work",
    text: "plan the most useful small improvement here, then make it",
  },
  {
    title: "Question",
    shows: "Claude asks back, and you choose",
    text: "ask me two questions, then write a release note the way I like it",
  },
  {
    title: "Picture",
    shows: "Claude sees what you attach",
    text: "look at the attached receipt: does it add up?",
    drawing: "receipt.svg",
  },
  {
    title: "Guest",
    shows: "Carol isn't listed: her words wait for yours",
    text: "say hello to carol, who has something to ask",
  },
  {
    title: "Long answer",
    shows: "Longer than a post may be, and nothing is cut",
    text: "write a long guide to this project, with an example for every part",
  },
];

export async function postWelcome({ url, token, channelId, bot, isScripted }: Welcome): Promise<void> {
  const message = [
    "#### Welcome to your own little Mattermost",
    isScripted
      ? "Claude Code and its tools are real here and work in a small project made for this demo. **The answers come from a script**, so no account is needed."
      : "Claude Code works here **with your own account**, in the directory in which you started this.",
    "",
    "`alice` and `bob` may start sessions; `carol` and `mallory` are guests, whose messages wait for the owner's word. " +
      "Choose who you are, and try one of these:",
  ].join("\n");
  // Mattermost's own way to show cards below a message; each ends with what to type, in code.
  const attachments = TRIES.map(({ title, shows, text, drawing }) => ({
    fallback: `${title}: @${bot} ${text}`,
    title,
    text: `${shows}\n\`@${bot} ${text}\``,
    ...(drawing !== undefined && { thumb_url: drawing }),
  }));
  const response = await fetch(`${url}/api/v4/posts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ channel_id: channelId, message, props: { attachments } }),
  });
  if (!response.ok) throw new Error(`The sandbox refused its own welcome: HTTP ${response.status}`);
}
