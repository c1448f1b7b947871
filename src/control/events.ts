// What happens in a daemon, as those hear it who watch it: the terminal, the log, the figures. No words of people's.

/** Stable: they stand in JSON logs and figures. */
export type EventName =
  | "started"
  | "resumed"
  | "asked"
  | "decided"
  | "finished"
  | "slept"
  | "crashed"
  | "machine-lost"
  | "stopped"
  | "ended"
  | "failed"
  | "refused"
  | "server-lost"
  | "server-back";

export interface DaemonEvent {
  readonly name: EventName;
  /** Of the session, if it is about one: its thread, and the slot it runs in or ran in last. */
  readonly thread?: string;
  readonly slot?: number;
  /** Of the session, where it is one of projects.yaml. */
  readonly project?: string;
  /** The username of who did it. */
  readonly by?: string;
  /** In English, a clause that goes on from who did it, or a sentence without its full stop. */
  readonly text: string;
  readonly seconds?: number;
}
