// The first posts in the sandbox: where people are, and things to try, each of which shows one thing that mm-claude
// does. Posted as any client would.

export interface Welcome {
  readonly url: string;
  readonly bot: string;
  readonly isScripted: boolean;
  /** Of the account that shows people round. */
  readonly guideToken: string;
  readonly botToken: string;
  readonly channels: { readonly shop: string; readonly docs: string };
  /** The channel ids of the bot's direct messages. */
  readonly conversations: readonly string[];
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
    shows: "Nothing runs before you have seen it and said yes. Then !undo in its thread puts it back",
    text: "run the tests and fix what fails",
  },
  {
    title: "Plan",
    shows: "First the plan, then your word, then the work. !mode plan in a thread keeps it so",
    text: "plan the most useful small improvement here, then make it",
  },
  {
    title: "Question",
    shows: "Claude asks back, and you choose",
    text: "ask me two questions, then write a release note the way I like it",
  },
  {
    title: "Rule",
    shows: "🔁 on the card lets such commands through for this session",
    text: "run npm test twice",
  },
  {
    title: "Background",
    shows: "What goes on beside the talk has a post of its own",
    text: "watch the tests in the background",
  },
  {
    title: "Picture",
    shows: "Claude sees what you attach",
    text: "look at the attached receipt: does it add up?",
    drawing: "receipt.svg",
  },
  {
    title: "File",
    shows: "What is too long to be read in a post comes as a file",
    text: "send me the diff as a file",
  },
  {
    title: "Look up",
    shows: "Claude reads for you what you may read yourself, and quotes it",
    text: "what did bob say yesterday about the discount?",
  },
  {
    title: "Routine",
    shows: "Kept with a 👍 within a minute, it begins by itself after that, in a thread of its own",
    text: "!routine in 1 minute: what does this project do?",
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

/** In the second channel: what is in its directory, and what needs a yes. */
export const DOCS_TRIES: readonly Try[] = [
  {
    title: "Ask here",
    shows: "The same bot, another project",
    text: "what do the docs of this project cover?",
  },
  {
    title: "Correct",
    shows: "An edit in this project asks in this channel",
    text: "find what is out of date in the docs and correct it",
  },
];

/** In a direct message: nobody has to be called. */
const DIRECT_TRIES: readonly Try[] = [
  {
    title: "Ask in private",
    shows: "Every message here is for Claude, without a mention",
    text: "what does this project do?",
  },
];

/** What somebody said about the discount, to be asked for. */
export const YESTERDAYS_WORDS =
  "We agreed on the discount for the autumn sale: **15 percent** on everything but tea.";

export async function postWelcomes(welcome: Welcome): Promise<void> {
  const { bot, isScripted, guideToken, botToken, channels, conversations } = welcome;
  const call = `@${bot} `;
  await say(welcome, guideToken, channels.shop, shopWords(isScripted), TRIES, call);
  await say(welcome, guideToken, channels.docs, DOCS_WORDS, DOCS_TRIES, call);
  for (const id of conversations) await say(welcome, botToken, id, DIRECT_WORDS, DIRECT_TRIES, "");
}

function shopWords(isScripted: boolean): string {
  return [
    "#### Welcome to your own little Mattermost",
    isScripted
      ? "Claude Code and its tools are real here and work in a small project made for this demo. **The answers come from a script**, so no account is needed."
      : "Claude Code works here **with your own account**, in the directory in which you started this.",
    "",
    "`alice` and `bob` may start sessions; `carol` and `mallory` are guests, whose messages wait for the owner's word. " +
      "Choose who you are, and try one of these:",
  ].join("\n");
}

const DOCS_WORDS = [
  "#### A second project",
  "The same bot serves this channel as a project of its own. What is allowed or said in **Shop** counts for nothing here.",
].join("\n");

const DIRECT_WORDS = [
  "#### Just the two of us",
  "Nobody else reads this. Write as you like: each message of yours begins a session, and its thread goes on with it.",
].join("\n");

/** `call`: what goes before each thing to type. */
async function say(
  { url }: Welcome,
  token: string,
  channelId: string,
  message: string,
  tries: readonly Try[],
  call: string,
): Promise<void> {
  // Mattermost's own way to show cards below a message; each ends with what to type, in code.
  const attachments = tries.map(({ title, shows, text, drawing }) => ({
    fallback: `${title}: ${call}${text}`,
    title,
    text: `${shows}\n\`${call}${text}\``,
    ...(drawing !== undefined && { thumb_url: drawing }),
  }));
  await postWords(url, token, channelId, message, attachments);
}

export async function postWords(
  url: string,
  token: string,
  channelId: string,
  message: string,
  attachments: readonly object[] = [],
): Promise<void> {
  const response = await fetch(`${url}/api/v4/posts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ channel_id: channelId, message, props: { attachments } }),
  });
  if (!response.ok) throw new Error(`The sandbox refused its own words: HTTP ${response.status}`);
}
