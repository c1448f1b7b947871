// All that the sandbox remembers, put together from the parts that own it. Has no behaviour of its own.
import { createFiles, type Files } from "./files.ts";
import { createHooks, type Hooks } from "./hooks.ts";
import { People } from "./people.ts";
import { Places } from "./places.ts";
import { Posts } from "./posts.ts";
import { createStamp, type Stamp } from "./stamp.ts";

/** The servers whose answers the sandbox can give, as they were recorded. */
export type ServerVersion = "7.10" | "10.11";

export interface Store {
  readonly version: ServerVersion;
  readonly stamp: Stamp;
  readonly people: People;
  readonly places: Places;
  readonly posts: Posts;
  readonly files: Files;
  readonly hooks: Hooks;
}

export function createStore(version: ServerVersion, now: () => number): Store {
  const stamp = createStamp(now);
  return {
    version,
    stamp,
    people: new People(stamp),
    places: new Places(stamp, now),
    posts: new Posts(stamp),
    files: createFiles(stamp),
    hooks: createHooks(),
  };
}
