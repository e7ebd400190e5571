// What a select offers: given options, or people, roles and channels of where it stands.

import { displayName } from "./dom.js";

/** [{value, label, description, emoji, chosen}] for a select component of any kind. */
export function choicesOf(component, store) {
  if (component.options) {
    return component.options.map((one) => ({ ...one, chosen: Boolean(one.default), description: one.description ?? "" }));
  }
  const defaults = new Set((component.default_values ?? []).map((one) => one.id));
  const all = KINDS[component.type]?.(store, component) ?? [];
  return all.map((one) => ({ ...one, chosen: defaults.has(one.value) }));
}

const KINDS = { 5: people, 6: roles, 7: mentionables, 8: channels };

const here = (store) => store.channel()?.guild ?? null;

export function people(store) {
  const guild = here(store);
  const known = guild?.members?.length ? guild.members : store.people;
  const all = known.map((one) => ({ ...one, ...one.user }));
  return all.map((one) => ({ value: one.id, label: displayName(one), description: one.username ? `@${one.username}` : "" }));
}

export function roles(store) {
  const guild = here(store);
  const named = (guild?.roles ?? []).filter((role) => role.id !== guild.id);
  return named.map((role) => ({ value: role.id, label: `@${role.name}`, description: "Role" }));
}

export function mentionables(store) {
  return [...people(store), ...roles(store)];
}

export function channels(store, { channel_types: types } = {}) {
  const all = here(store)?.channels ?? [];
  const fitting = types?.length ? all.filter((one) => types.includes(one.type)) : all;
  return fitting.map((one) => ({ value: one.id, label: `#${one.name}`, description: one.topic ?? "" }));
}
