// A dialog with a form of a few fields.

import { freshId, h } from "./dom.js";
import { complete } from "./fields.js";

/** run() resolves to something true when all went well, and closes the dialog. */
export function formDialog({ title, fields, action, testid, run }) {
  const id = freshId("dialog");
  const submit = h("button", { type: "submit", class: "button button-primary", data: { testid } }, action);
  const cancel = h("button", { type: "button", class: "button button-secondary", on: { click: () => dialog.close() } }, "Cancel");
  const body = h("div", { class: "modal-body" }, ...fields.map((one) => one.node));
  const form = h("form", { novalidate: true }, body, h("div", { class: "modal-foot" }, cancel, submit));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": id }, h("div", { class: "modal-head" }, h("h2", { id }, title)), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (complete(fields) && (await run())) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  fields[0].focus();
}
