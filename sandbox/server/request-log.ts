// One line for each request the sandbox was sent, for tests that count them.

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** With its question mark; empty without one. */
  readonly query: string;
  /** Empty when nobody was logged in. */
  readonly userId: string;
  /** 0 until the answer is known, and for good when the connection was cut instead. */
  readonly status: number;
  readonly at: number;
}
