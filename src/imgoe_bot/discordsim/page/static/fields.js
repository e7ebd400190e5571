// Form fields that modals and slash options share. Each is {node, control, read(), refuse(text)}.

import { fileSize, freshId, h } from "./dom.js";

/** A label, an optional hint, the control, and room for what is wrong with it. */
export function field({ label, hint, required, control, read, wide = false }) {
  const id = control.id || freshId("field");
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  const note = hint && h("p", { class: "hint", id: `${id}-hint` }, hint);
  control.id = id;
  const described = [note && note.id, problem.id].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", described);
  if (required && control.matches("input, select, textarea")) control.setAttribute("aria-required", "true");
  const name = [label, required ? h("span", { class: "needed", "aria-hidden": "true" }, " *") : null];
  const group = control.matches("[role=group], [role=radiogroup]");
  const title = group ? h("span", { class: "label", id: `${id}-label` }, ...name) : h("label", { for: id }, ...name);
  if (group) control.setAttribute("aria-labelledby", `${id}-label`);
  const node = h("div", { class: wide ? "field-box is-wide" : "field-box" }, title, note, control, problem);
  const refuse = (text) => {
    problem.textContent = text;
    const target = group ? control.querySelector("input") : control;
    if (text) target?.setAttribute("aria-invalid", "true");
    else target?.removeAttribute("aria-invalid");
  };
  const focus = () => (group ? control.querySelector("input") : control)?.focus();
  control.addEventListener("input", () => refuse(""));
  return { node, control, read, refuse, focus, required };
}

export function textField({ label, hint, required, long, value = "", placeholder, least, most, testid }) {
  const props = { class: "input", placeholder, minlength: least, maxlength: most, data: { testid }, autocomplete: "off", value };
  const control = long ? h("textarea", { rows: 4, ...props }) : h("input", { type: "text", ...props });
  return field({ label, hint, required, control, read: () => control.value, wide: long });
}

export function numberField({ label, hint, required, whole, least, most, testid }) {
  const props = { type: "number", class: "input", step: whole ? 1 : "any", min: least, max: most, data: { testid } };
  const control = h("input", props);
  return field({ label, hint, required, control, read: () => (control.value === "" ? "" : Number(control.value)) });
}

/** choices: [{value, label, description, chosen}] */
export function choiceField({ label, hint, required, choices, testid }) {
  const options = choices.map((one) => {
    const text = one.description ? `${one.label} · ${one.description}` : one.label;
    return h("option", { value: one.value, selected: one.chosen }, text);
  });
  const control = h("select", { class: "input", data: { testid } }, h("option", { value: "" }, required ? "Choose…" : "Not set"), ...options);
  return field({ label, hint, required, control, read: () => control.value });
}

/** Several (checkboxes) or one (radios) of the choices, all in sight. */
export function pickField({ label, hint, required, choices, one = false, most, testid }) {
  const name = freshId("pick");
  const boxes = choices.map((choice) => pickBox(choice, { name, type: one ? "radio" : "checkbox" }));
  const control = h("div", { role: one ? "radiogroup" : "group", class: "picks", data: { testid } }, ...boxes);
  const read = () => [...control.querySelectorAll("input:checked")].map((box) => box.value);
  control.addEventListener("change", () => {
    const full = !one && most && read().length >= most;
    for (const box of control.querySelectorAll("input:not(:checked)")) box.disabled = Boolean(full);
  });
  return field({ label, hint, required, control, read, wide: true });
}

function pickBox({ value, label, description, chosen }, { name, type }) {
  const box = h("input", { type, name, value, checked: chosen });
  return h("label", { class: "pick" }, box, h("span", {}, label, description && h("span", { class: "quiet" }, description)));
}

export function checkField({ label, hint, value, testid }) {
  const box = h("input", { type: "checkbox", checked: value, data: { testid } });
  const control = h("div", { role: "group", class: "picks" }, h("label", { class: "pick" }, box, h("span", {}, "Yes")));
  return field({ label, hint, control, read: () => box.checked });
}

/** A file picker that is also a place to drop on; what was chosen is listed under it. */
export function fileField({ label, hint, required, most = 1, accept, testid }) {
  const input = h("input", { type: "file", class: "file-input", multiple: most > 1, accept, data: { testid } });
  const list = h("ul", { class: "chosen", "aria-label": "Chosen files" });
  const show = () => list.replaceChildren(...[...input.files].slice(0, most).map(chosenFile));
  input.addEventListener("change", show);
  for (const type of ["dragenter", "dragover"]) input.addEventListener(type, () => input.classList.add("is-over"));
  for (const type of ["dragleave", "drop"]) input.addEventListener(type, () => input.classList.remove("is-over"));
  const place = most > 1 ? `Up to ${most} files, also by dropping them here` : "Choose it, or drop it here";
  const made = field({ label, hint: hint || place, required, control: input, read: () => [...input.files].slice(0, most), wide: true });
  made.node.append(list);
  return { ...made, put: (files) => putFiles(input, files) };
}

function chosenFile(file) {
  const preview = file.type.startsWith("image/") ? h("img", { src: URL.createObjectURL(file), alt: "" }) : null;
  preview?.addEventListener("load", () => URL.revokeObjectURL(preview.src), { once: true });
  return h("li", {}, preview, h("span", {}, file.name), h("span", { class: "quiet" }, fileSize(file.size)));
}

function putFiles(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

const isEmpty = (value) => value === "" || value === undefined || (Array.isArray(value) && !value.length);

/** The first field that lacks what it needs is told so and focused; true when all are complete. */
export function complete(fields) {
  const lacking = fields.filter((one) => one.required && isEmpty(one.read()));
  const invalid = fields.filter((one) => one.control.matches("input, textarea") && !one.control.checkValidity());
  for (const one of fields) one.refuse("");
  for (const one of lacking) one.refuse("This is needed");
  for (const one of invalid) if (!lacking.includes(one)) one.refuse(one.control.validationMessage);
  const first = fields.find((one) => lacking.includes(one) || invalid.includes(one));
  first?.focus();
  return !first;
}

export { isEmpty };
