// The requests that wait for a slot, in one queue for each thread, and how many of each queue are under way. Says which
// one comes next. Knows no limit except that of a queue.

export interface SlotRequest {
  /** Who asks; the queues are served in turn. A thread's id as a rule. */
  readonly queue: string;
  /** Checked again each time a slot is free: a request may become urgent while it waits. */
  readonly isUrgent: () => boolean;
  /** How many of this queue may be under way; as many as of any other when left out. */
  readonly atOnce?: number | undefined;
}

export interface WaitingRequest {
  readonly slotRequest: SlotRequest;
  /** Called when it has its slot. */
  readonly start: () => void;
}

export const AT_ONCE_IN_A_QUEUE = 4;

export class RequestQueues {
  /** In the order in which the queues are served. */
  readonly #waiting = new Map<string, WaitingRequest[]>();
  readonly #underWay = new Map<string, number>();
  #total = 0;

  /** How many requests of all queues are under way. */
  get underWay(): number {
    return this.#total;
  }

  /** How many wait. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((total, queue) => total + queue.length, 0);
  }

  add(request: WaitingRequest): void {
    const { queue } = request.slotRequest;
    const waiting = this.#waiting.get(queue);
    if (waiting) {
      waiting.push(request);
    } else {
      this.#waiting.set(queue, [request]);
    }
  }

  /** Urgent ones first. Undefined when none waits, or each that waits is of a queue with enough under way. */
  next(): WaitingRequest | undefined {
    return this.#first(true) ?? this.#first(false);
  }

  /** `request`: what `next` gave. */
  start({ slotRequest: { queue }, start }: WaitingRequest): void {
    const [, ...rest] = this.#waiting.get(queue) ?? [];
    // Removed and added again at the end: the other queues are served first now.
    this.#waiting.delete(queue);
    if (rest.length > 0) {
      this.#waiting.set(queue, rest);
    }
    this.#underWay.set(queue, this.#underWayIn(queue) + 1);
    this.#total++;
    start();
  }

  end(queue: string): void {
    const left = this.#underWayIn(queue) - 1;
    if (left > 0) {
      this.#underWay.set(queue, left);
    } else {
      this.#underWay.delete(queue);
    }
    this.#total--;
  }

  #first(isUrgent: boolean): WaitingRequest | undefined {
    for (const [queue, [first]] of this.#waiting) {
      const { atOnce = AT_ONCE_IN_A_QUEUE, isUrgent: isFirstUrgent } = first?.slotRequest ?? {};
      if (first && this.#underWayIn(queue) < atOnce && isFirstUrgent?.() === isUrgent) {
        return first;
      }
    }
    return undefined;
  }

  #underWayIn(queue: string): number {
    return this.#underWay.get(queue) ?? 0;
  }
}
