// Turns what an earlier version of mm-claude wrote of a session into what this one writes: one step for each version,
// on the document as it is in the file. A step drops a session only if it can save nothing of it.

/** The form that this mm-claude writes. */
export const VERSION = 5;

type Json = Readonly<Record<string, unknown>>;

/** From the version that is the key to the next. */
const STEPS: Readonly<Record<number, (document: Json) => Json>> = {
  1: conversationOnly,
  2: withConversationInState,
  3: withPhases,
  // Its texts stood in their places, where they are again by now.
  4: (document) => document,
};

/** The document as this version writes it; undefined when it is of no version that is known here. */
export function migrated(value: unknown): unknown {
  let document = value;
  while (isObject(document) && typeof document["version"] === "number" && STEPS[document["version"]]) {
    const version: number = document["version"];
    document = { ...STEPS[version]?.(document), version: version + 1 };
  }
  return isObject(document) && document["version"] === VERSION ? document : undefined;
}

/**
 * Before the first release, cards and the writer's posts had another form. The people and the conversation are kept.
 * The header is posted again, and what waited has to be said again.
 */
function conversationOnly(document: Json): Json {
  const state = objectIn(document, "state");
  const owner = objectIn(state, "owner");
  const map = "\u0000map";
  const set = "\u0000set";
  return {
    ...document,
    writer: { entries: [], writes: [] },
    state: {
      owner: { id: owner["id"], name: owner["name"] },
      phase: state["phase"] === "ended" ? "ended" : "asleep",
      generation: 0,
      isSlotAsked: false,
      hasConversation: state["hasConversation"] === true,
      hasRetriedStart: false,
      isAuto: state["isAuto"] === true,
      isPlanApproved: state["isPlanApproved"] === true,
      participants: state["participants"] ?? { [map]: [] },
      speakers: { [map]: [] },
      taken: state["taken"] ?? [],
      toldAt: { [map]: [] },
      queue: [],
      waiting: { [set]: [] },
      asks: [],
      cardedTools: { [map]: [] },
      early: [],
      // The header, which is new, says that it sleeps.
      isMarkedStopped: true,
      subagents: { [map]: [] },
      tasks: [],
      turn: emptyTurn(),
      lastActivityAt: state["lastActivityAt"] ?? 0,
      postsMade: typeof state["postsMade"] === "number" ? state["postsMade"] + 1 : 1,
    },
  };
}

function emptyTurn(): Json {
  const map = "\u0000map";
  const transcript = { keyPrefix: "turn0", limit: 16_383, names: [], pages: [], nextPage: 1 };
  return {
    transcript: { "\u0000transcript": transcript },
    confirmed: { [map]: [] },
    tools: { [map]: [] },
    lastText: "",
    growth: 0,
  };
}

/** 0.1.0 kept the conversation's id beside the state, and what was chosen without who chose it. */
function withConversationInState({ sessionId, ...document }: Json): Json {
  const state = objectIn(document, "state");
  const turn = objectIn(state, "turn");
  return {
    ...document,
    state: {
      ...state,
      conversationId: sessionId,
      isClearing: false,
      hasCleared: false,
      isPreparing: false,
      background: [],
      faults: 0,
      asks: Array.isArray(state["asks"]) ? state["asks"].map(withNothingChosen) : state["asks"],
      turn: { ...turn, hasShown: true },
    },
  };
}

function withNothingChosen(ask: unknown): unknown {
  return isObject(ask) && "selected" in ask ? { ...ask, selected: { "\u0000map": [] } } : ask;
}

/** What a session did was told by flags, and what JSON has no word for by tags. */
function withPhases(document: Json): Json {
  const plain = untagged(document) as Json;
  const state = objectIn(plain, "state");
  const { inFlight, queue, cutOffKey, tasksKey } = state;
  const isWorking = state["phase"] === "working";
  const claude = {
    slot: state["slot"] ?? 1,
    isClearing: state["isClearing"] === true,
    hasTaskNotification: state["hasNews"] === true,
    flushAt: state["flushAt"],
  };
  const phases: Json = {
    asleep: {
      slot: state["isSlotAsked"] === true ? "asked" : state["slot"],
      isMarkedStopped: state["isMarkedStopped"],
    },
    idle: { claude },
    working: {
      claude,
      inFlight: inFlight && { message: inFlight, isPreparing: state["isPreparing"] === true },
    },
    ended: {},
  };
  const begun = state["hasConversation"] === true ? "begun" : "new";
  const writer = objectIn(plain, "writer");
  const { writes } = writer;
  return {
    ...plain,
    writer: { ...writer, writes: Array.isArray(writes) ? writes.map(withNamedWrite) : writes },
    state: {
      ...state,
      phase: { name: state["phase"], ...objectIn(phases, String(state["phase"])) },
      queue: inFlight && !isWorking && Array.isArray(queue) ? [inFlight, ...queue] : queue,
      conversation: {
        id: state["conversationId"],
        progress: state["lostDirectory"] === undefined ? begun : { lostDirectory: state["lostDirectory"] },
        isCleared: state["hasCleared"],
        hasRetriedStart: state["hasRetriedStart"],
      },
      auto: state["isAuto"] === true ? { grantedBy: state["autoGrantedBy"] } : undefined,
      cutOff:
        cutOffKey === undefined
          ? undefined
          : { key: cutOffKey, postId: state["cutOffPostId"], until: state["cutOffUntil"] },
      taskList: tasksKey === undefined ? undefined : { key: tasksKey, tasks: state["tasks"] },
    },
  };
}

function withNamedWrite(write: unknown): unknown {
  return isObject(write) && write["kind"] === "adopt" ? { ...write, kind: "findLost" } : write;
}

/** What fields are called since. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["bar", "attachment"],
  ["attachments", "files"],
  ["isBeside", "isFromSubagent"],
  ["early", "earlyReactions"],
  ["cardedTools", "toolsWithCards"],
  ["aside", "quarantined"],
  ["vouchedBy", "approvedBy"],
]);

/** What these hold is a tool's or a person's, names and all. */
const FOREIGN: readonly string[] = ["input", "answers"];

/** Maps, sets and transcripts as what they hold; null for what had no end; each field by its name of now. */
function untagged(value: unknown, names = NAMES): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => untagged(one, names));
  }
  if (!isObject(value)) {
    return value;
  }
  if ("\u0000infinite" in value) {
    return null;
  }
  const held = value["\u0000map"] ?? value["\u0000set"] ?? value["\u0000transcript"];
  if (held !== undefined) {
    return untagged(held, names);
  }
  const pairs = value["\u0000pairs"] as readonly (readonly [string, unknown])[] | undefined;
  return Object.fromEntries(
    (pairs ?? Object.entries(value)).map(([key, one]) => [
      names.get(key) ?? key,
      untagged(one, FOREIGN.includes(key) ? new Map() : names),
    ]),
  );
}

function objectIn(document: Json, key: string): Json {
  const value = document[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
