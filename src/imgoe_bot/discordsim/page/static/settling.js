// Interactions the app has yet to acknowledge: who waits for which, and how it ended.

const GIVE_UP_MS = 10000;
const REMEMBERED = 200;

export class Settling {
  #ended = new Map();
  #waiting = new Map();

  /** An INTERACTION_SUCCESS or INTERACTION_FAILED arrived; it may come before the request's own reply. */
  end(id, ok) {
    this.#ended.set(id, ok);
    this.#waiting.get(id)?.(ok);
    this.#waiting.delete(id);
    if (this.#ended.size > REMEMBERED) this.#ended.delete(this.#ended.keys().next().value);
  }

  /** True once acknowledged, false when the app did not answer. */
  wait(id) {
    if (this.#ended.has(id)) return Promise.resolve(this.#ended.get(id));
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      setTimeout(() => resolve(false), GIVE_UP_MS);
    });
  }
}
