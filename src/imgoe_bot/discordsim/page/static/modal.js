// A modal the app opened, as a dialog with a form.

import { choicesOf } from "./choices.js";
import { h, iconButton } from "./dom.js";
import { checkField, choiceField, complete, fileField, pickField, textField } from "./fields.js";
import { markdown } from "./markdown.js";

const PARAGRAPH = 2;

/** modal: {interaction_id, custom_id, title, components}; app acts for the person. */
export function openModal(modal, app) {
  const parts = flatten(modal.components).map((one) => part(one, app));
  const fields = parts.map((one) => one.field).filter(Boolean);
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { type: "submit", class: "button button-primary", data: { testid: "modal-submit" } }, "Submit");
  const cancel = h("button", { type: "button", class: "button button-secondary", on: { click: () => dialog.close() } }, "Cancel");
  const form = h(
    "form",
    { novalidate: true },
    h("div", { class: "modal-body" }, ...parts.map((one) => one.node), problem),
    h("div", { class: "modal-foot" }, cancel, submit),
  );
  const heading = h("h2", { id: "modal-title" }, modal.title);
  const head = h("div", { class: "modal-head" }, heading, iconButton("close", "Close", () => dialog.close()));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title", data: { testid: "modal" } }, head, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!complete(fields)) return;
    submit.setAttribute("aria-busy", "true");
    const error = await send(modal, parts, app);
    submit.removeAttribute("aria-busy");
    if (error) problem.textContent = error;
    else dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (fields[0] ?? { focus: () => submit.focus() }).focus();
}

/** Labels keep their child; action rows are opened up. */
const flatten = (list) => (list ?? []).flatMap((one) => (one.type === 1 ? one.components : [one]));

function part(one, app) {
  if (one.type === 10) return { node: h("div", { class: "markup modal-text" }, ...markdown(one.content, app.markup)) };
  const inner = one.type === 18 ? one.component : one;
  const label = one.label ?? inner.label ?? inner.placeholder ?? "";
  const made = build(inner, { label, hint: one.description, required: inner.required ?? inner.type !== 23 }, app.store);
  return { node: made.node, field: made, id: inner.custom_id, type: inner.type };
}

function build(one, common, store) {
  const shared = { ...common, testid: `modal-field-${one.custom_id}` };
  if (one.type === 4) return textInput(one, shared);
  if (one.type === 19) return fileField({ ...shared, most: one.max_values ?? 1 });
  if (one.type === 23) return checkField({ ...shared, value: Boolean(one.default) });
  if (one.type === 21) return pickField({ ...shared, one: true, choices: choicesOf(one, store) });
  if (one.type === 22 || (one.max_values ?? 1) > 1) return pickField({ ...shared, most: one.max_values, choices: choicesOf(one, store) });
  return choiceField({ ...shared, choices: choicesOf(one, store) });
}

function textInput(one, shared) {
  const limits = { least: one.min_length || undefined, most: one.max_length || undefined };
  return textField({ ...shared, ...limits, long: one.style === PARAGRAPH, value: one.value ?? "", placeholder: one.placeholder });
}

async function send(modal, parts, app) {
  const values = {};
  const files = [];
  for (const { id, type, field } of parts.filter((one) => one.field)) {
    const value = field.read();
    if (type === 19) files.push(...value.map((file) => ({ field: `files:${id}`, file })));
    else if (type === 3) values[id] = [value].flat().filter(Boolean);
    else if (type >= 5 && type <= 8) values[id] = [value].flat().filter(Boolean).map((one) => ({ id: one }));
    else if (type === 21) values[id] = value[0] ?? null;
    else values[id] = value;
  }
  return app.interact({ kind: "modal", interaction_id: modal.interaction_id, values }, files, { quiet: true, settle: true });
}
