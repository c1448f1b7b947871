// All that the sandbox remembers, put together from the parts that own it. Has no behaviour of its own.
import { createFiles, type Files } from "./files.ts";
import { createHooks, type Hooks } from "./hooks.ts";
import { createPeople, type People } from "./people.ts";
import { createPlaces, type Places } from "./places.ts";
import { createPosts, type Posts } from "./posts.ts";
import { createStamp, type Stamp } from "./stamp.ts";

export interface Store {
  readonly stamp: Stamp;
  readonly people: People;
  readonly places: Places;
  readonly posts: Posts;
  readonly files: Files;
  readonly hooks: Hooks;
}

export function createStore(now: () => number): Store {
  const stamp = createStamp(now);
  return {
    stamp,
    people: createPeople(stamp),
    places: createPlaces(stamp),
    posts: createPosts(stamp),
    files: createFiles(stamp),
    hooks: createHooks(),
  };
}
