// How a place is told that may be on another machine. Pure.

/** `machine`: undefined on this one. */
export const onMachine = (place: string, machine: string | undefined): string =>
  machine === undefined ? place : `${place} on ${machine}`;
