// One WebSocket as one person: opens, reopens with growing pauses, and says how it is.

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8000;

export class Socket {
  #socket = null;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #person = null;

  /** onFrame gets {t, d}; onStatus gets "connecting", "live" or "lost". */
  constructor({ onFrame, onStatus }) {
    this.onFrame = onFrame;
    this.onStatus = onStatus;
    addEventListener("online", () => this.#retryNow());
  }

  /** Leave the old socket behind and come back as this person; null lets the server choose. */
  become(person) {
    this.#person = person;
    this.#pause = FIRST_PAUSE_MS;
    this.#open();
  }

  /** Ask for places, people and commands again, without the messages. */
  wantDirectory() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send("directory");
  }

  #open() {
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    const socket = new WebSocket(this.#address());
    this.#socket = socket;
    this.onStatus("connecting");
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(JSON.parse(data));
    socket.onclose = () => this.#socket === socket && this.#lost();
  }

  #address() {
    const url = new URL("/page/ws", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#person) url.searchParams.set("person", this.#person);
    return url.href;
  }

  #receive(frame) {
    if (frame.t === "SNAPSHOT") {
      this.#pause = FIRST_PAUSE_MS;
      this.onStatus("live");
    }
    this.onFrame(frame);
  }

  #lost() {
    this.onStatus("lost");
    this.#timer = setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  #retryNow() {
    if (this.#socket?.readyState !== WebSocket.OPEN) this.#open();
  }
}
