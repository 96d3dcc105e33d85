// Builds elements node by node, so that what a patient typed is never parsed as HTML.

// Builds an element, as in h("button", {class: "main", onclick: act}, "Call").
// The attribute values false, null and undefined leave the attribute out. The value true sets it without a value.
export function h(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

// The file's URL works only in this tab.
export function saveFile(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

// Restores the byte order mark, which spreadsheets expect and fetch removes.
export const saveCsv = (name, text) => saveFile(name, `\ufeff${text}`, "text/csv");

// Shows a short message in the header. Screen readers read it aloud.
let hiding;
export function announce(text, { kind = "", forMs = 8000 } = {}) {
  const status = byId("status");
  status.textContent = text;
  status.dataset.kind = kind;
  clearTimeout(hiding);
  hiding = setTimeout(() => { status.textContent = ""; }, forMs);
}
