// What earlier versions of mm-claude wrote of a session, made into what this one writes: a step for each version, on the
// document as it is in the file. A step never throws a session away that it can save something of.

/** The form that this mm-claude writes. */
export const VERSION = 3;

type Json = Readonly<Record<string, unknown>>;

/** From the version that is the key to the next. */
const STEPS: Readonly<Record<number, (document: Json) => Json>> = {
  1: conversationOnly,
  2: withConversationInState,
};

/** The document as this version writes it; as it is when it is no earlier version's. */
export function migrated(value: unknown): unknown {
  let document = value;
  while (isObject(document) && typeof document["version"] === "number" && STEPS[document["version"]]) {
    const version: number = document["version"];
    document = { ...STEPS[version]?.(document), version: version + 1 };
  }
  return document;
}

/**
 * Before the first release: cards and the writer's posts had another form. Kept is who takes part and the conversation;
 * the header is posted anew and what waited has to be said again.
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

function objectIn(document: Json, key: string): Json {
  const value = document[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
