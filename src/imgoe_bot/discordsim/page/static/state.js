// What this person sees, as one value that frames change. Views listen; they never write.

const isNewer = (a, b) => (a.length === b.length ? a > b : a.length > b.length);
const byAge = (a, b) => (a.id === b.id ? 0 : isNewer(a.id, b.id) ? 1 : -1);
const TYPING_MS = 10000;
const PAGE = 50; // messages that come at once
const DIRECTORY = /^(GUILD|CHANNEL_(?!PINS)|THREAD|COMMANDS)/;

/** A DM is called after who is on its other end. */
function named(channel, me) {
  const recipient = (channel.recipients ?? []).find((one) => one.id !== me?.id) ?? channel.recipient;
  return { ...channel, recipient, name: channel.name || recipient?.global_name || recipient?.username || "Direct message" };
}

export class Store extends EventTarget {
  user = null;
  guilds = [];
  dms = [];
  people = [];
  commands = [];
  faults = [];
  usable = {};
  bot = null;
  current = null;
  #messages = new Map();
  #whole = new Set();
  #unread = new Map();
  #typing = new Map();

  /** Take in one frame; returns false for one that needs a fresh directory. */
  apply({ t, d }) {
    if (t === "SNAPSHOT") this.#snapshot(d);
    else if (t === "DIRECTORY") this.#directory(d);
    else if (t === "MESSAGE_CREATE") this.#put(d, true);
    else if (t === "MESSAGE_UPDATE") this.#put(d, false);
    else if (t === "MESSAGE_DELETE") this.forget(d.channel_id, [d.id]);
    else if (t === "MESSAGE_DELETE_BULK") this.forget(d.channel_id, d.ids);
    else if (t.startsWith("MESSAGE_REACTION")) this.#reaction(t, d);
    else if (t === "TYPING_START") this.#startTyping(d);
    else if (t === "MODAL_OPEN") this.#tell("modal", d);
    else if (t === "INTERACTION_SUCCESS") this.#tell("settled", { id: d.interaction_id, ok: true });
    else if (t === "INTERACTION_FAILED") this.#tell("settled", { id: d.interaction_id, ok: false });
    return !DIRECTORY.test(t);
  }

  channels() {
    const nested = this.guilds.flatMap((guild) => guild.channels.map((channel) => ({ ...channel, guild })));
    return [...nested, ...this.dms.map((channel) => ({ ...channel, guild: null }))];
  }

  channel(id = this.current) {
    return this.channels().find((channel) => channel.id === id) ?? null;
  }

  messages(channelId = this.current) {
    return [...(this.#messages.get(channelId)?.values() ?? [])].sort(byAge);
  }

  /** Whether there is nothing older than what is known of a channel. */
  isWhole(channelId = this.current) {
    return this.#whole.has(channelId) || this.messages(channelId).length < PAGE;
  }

  /** Take in what was said before all that is known; no more of it means that is all. */
  addOlder(channelId, list) {
    const known = this.#messages.get(channelId);
    for (const message of list) if (!known.has(message.id)) known.set(message.id, message);
    if (list.length < PAGE) this.#whole.add(channelId);
  }

  message(channelId, id) {
    return this.#messages.get(channelId)?.get(id) ?? null;
  }

  unread(channelId) {
    return this.#unread.get(channelId) ?? 0;
  }

  typing(channelId = this.current) {
    const now = Date.now();
    const here = [...this.#typing.values()].filter((one) => one.channelId === channelId && one.until > now);
    return here.map((one) => this.person(one.userId)).filter(Boolean);
  }

  /** A user by id, from the members of the guilds, else from what they wrote. */
  person(id) {
    const members = this.guilds.flatMap((guild) => guild.members ?? []).map(({ user, nick }) => ({ ...user, nick }));
    const known = members.find((one) => one.id === id) ?? this.people.find((one) => one.id === id);
    if (known) return known;
    for (const list of this.#messages.values()) {
      for (const message of list.values()) if (message.author?.id === id) return message.author;
    }
    return null;
  }

  /** The app's commands that this person may use in the open channel. */
  commandsHere() {
    const usable = this.usable[this.current];
    return usable ? this.commands.filter((one) => usable.includes(one.id)) : this.commands;
  }

  role(id) {
    return this.guilds.flatMap((guild) => guild.roles ?? []).find((role) => role.id === id) ?? null;
  }

  open(channelId) {
    this.current = channelId;
    this.#read(channelId);
    this.#tell("open");
    this.#tell("sidebar");
  }

  /** The open channel is being looked at again. */
  markRead() {
    if (!this.unread(this.current)) return;
    this.#read(this.current);
    this.#tell("sidebar");
  }

  forget(channelId, ids) {
    const list = this.#messages.get(channelId);
    for (const id of ids) if (list?.delete(id)) this.#tell("removed", { channelId, id });
  }

  #snapshot(d) {
    this.#directory(d, false);
    this.user = d.user;
    this.#messages = new Map(
      Object.entries(d.messages ?? {}).map(([id, list]) => [id, new Map(list.map((one) => [one.id, one]))]),
    );
    this.#whole.clear();
    this.#countUnread();
    if (!this.channel()) this.current = this.#remembered() ?? this.channels()[0]?.id ?? null;
    this.#read(this.current);
    this.#tell("snapshot");
  }

  #directory(d, tell = true) {
    for (const key of ["guilds", "dms", "people", "commands", "faults", "bot", "usable"]) if (d[key]) this[key] = d[key];
    this.dms = this.dms.map((channel) => named(channel, d.user ?? this.user));
    if (tell) this.#tell("sidebar");
  }

  #put(message, isNew) {
    if (!this.#messages.has(message.channel_id)) this.#messages.set(message.channel_id, new Map());
    const list = this.#messages.get(message.channel_id);
    const old = list.get(message.id);
    if (!isNew && !old) return;
    const merged = { ...(old && { reactions: old.reactions }), ...message };
    list.set(message.id, merged);
    this.#typing.delete(message.author?.id);
    if (isNew && !old) this.#arrived(merged);
    else this.#tell("changed", { message: merged });
  }

  #arrived(message) {
    const here = message.channel_id === this.current && !document.hidden;
    if (here) this.#read(this.current);
    else if (message.author?.id !== this.user?.id) {
      this.#unread.set(message.channel_id, this.unread(message.channel_id) + 1);
    }
    if (!this.channel(message.channel_id)) this.#tell("unknown-channel");
    this.#tell("arrived", { message });
    this.#tell("typing");
    this.#tell("sidebar");
  }

  #reaction(t, d) {
    const message = this.message(d.channel_id, d.message_id);
    if (!message) return;
    const key = (emoji) => emoji.id ?? emoji.name;
    const reactions = new Map((message.reactions ?? []).map((one) => [key(one.emoji), { ...one }]));
    if (t === "MESSAGE_REACTION_REMOVE_ALL") reactions.clear();
    else if (t === "MESSAGE_REACTION_REMOVE_EMOJI") reactions.delete(key(d.emoji));
    else {
      const step = t === "MESSAGE_REACTION_ADD" ? 1 : -1;
      const one = reactions.get(key(d.emoji)) ?? { emoji: d.emoji, count: 0, me: false };
      one.count += step;
      if (d.user_id === this.user?.id) one.me = step > 0;
      if (one.count > 0) reactions.set(key(d.emoji), one);
      else reactions.delete(key(d.emoji));
    }
    this.#put({ ...message, reactions: [...reactions.values()] }, false);
  }

  #startTyping(d) {
    if (d.user_id === this.user?.id) return;
    this.#typing.set(d.user_id, { channelId: d.channel_id, userId: d.user_id, until: Date.now() + TYPING_MS });
    setTimeout(() => this.#tell("typing"), TYPING_MS + 50);
    this.#tell("typing");
  }

  #key(channelId) {
    return `read:${this.user?.id}:${channelId}`;
  }

  #remembered() {
    const id = sessionStorage.getItem("channel");
    return this.channel(id)?.id ?? null;
  }

  #read(channelId) {
    if (!channelId) return;
    sessionStorage.setItem("channel", channelId);
    this.#unread.delete(channelId);
    const last = this.messages(channelId).at(-1);
    sessionStorage.setItem(this.#key(channelId), last?.id ?? "0");
  }

  #countUnread() {
    this.#unread.clear();
    for (const [id, list] of this.#messages) {
      const isDm = this.dms.some((channel) => channel.id === id);
      const since = sessionStorage.getItem(this.#key(id)) ?? (isDm ? "0" : null);
      const fresh = [...list.values()].filter((one) => isNewer(one.id, since ?? one.id) && one.author?.id !== this.user.id);
      if (fresh.length) this.#unread.set(id, fresh.length);
    }
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
