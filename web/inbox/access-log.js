// The access log, for administrators: what staff saw and did, latest entry first.

import { dayForm, daysAgo } from "./days.js";
import { h } from "./elements.js";
import { HISTORY } from "./history-text.js";
import { service } from "./service.js";
import { table } from "./tables.js";
import { formatExactTime } from "./times.js";

const WHAT = {
  ...HISTORY, listed: "saw names in a list", opened: "opened the lead", exported: "exported the lead", erased: "erased the lead", "read the log": "read this log",
  "contact shown for a medical reason": "saw the number, for a medical reason", undo: "undid an action",
};
const FEW = 3; // an entry with more references hides them until the user unfolds them
// The longest time between two entries of the same export, in ms. An export has one entry for each lead.
const SAME_EXPORT = 60 * 1000;

export const accessLog = {
  title: "Access log",
  usual: () => ({ from: daysAgo(6), to: daysAgo(0), reference: "", staff: "" }),
  load: (asked) => service.accesses(asked),
  form: (asked, choose) => dayForm(asked, {}, choose,
    [["reference", "Lead (reference)"], ["staff", "Who (user name)"]].map(([id, label]) =>
      h("label", {}, `${label} `, h("input", { id, type: "text", maxlength: "40", value: asked[id], autocomplete: "off" })))),
  draw,
};

function draw(found, { asked, run }) {
  const log = table("What staff saw and did", ["When", "Who", "What", "Leads"], [], "");
  const more = h("button", { type: "button" }, "Show more");
  const none = h("p", { class: "soft" });
  const read = [];
  const add = ({ entries, cursor }) => {
    read.push(...entries);
    log.querySelector("tbody").replaceChildren(...joined(read, Boolean(cursor)).map(line));
    more.hidden = !cursor;
    none.textContent = log.querySelector("tbody").rows.length ? "" : cursor ? "None in the entries read so far. Press “Show more”." : "No entries for these days.";
    more.onclick = () => run(async () => { add(await service.accesses({ ...asked, cursor })); return ""; });
  };
  add(found);
  return [h("p", { class: "soft" }, "The latest entry comes first. Reading this log is an entry too."), log, none, more];
}

// Merges the entries of each export into one, with the latest time as `at` and the earliest as `since`.
// `more`: whether there is a next page. `goesOn`: whether that page may have more entries of the same export.
function joined(entries, more) {
  const lines = [];
  const exports = new Map();
  for (const entry of entries) {
    const last = entry.what === "exported" && exports.get(entry.staff_id);
    if (last && isSameExport(last, entry)) {
      last.since = entry.at;
      last.references.push(...entry.references);
      continue;
    }
    lines.push({ ...entry, since: entry.at, references: [...entry.references] });
    if (entry.what === "exported") exports.set(entry.staff_id, lines.at(-1));
  }
  for (const each of exports.values()) each.goesOn = more && isSameExport(each, entries.at(-1));
  return lines;
}

const isSameExport = ({ since }, { at }) => Date.parse(since) - Date.parse(at) < SAME_EXPORT;

function whatText(what, { length }, goesOn) {
  if (goesOn) return `exported ${length} ${length > 1 ? "leads" : "lead"} or more: see “Show more”`;
  return what === "exported" && length > 1 ? `exported ${length} leads` : WHAT[what] ?? what;
}

function whenText(at, since) {
  const [first, last] = [since, at].map(formatExactTime);
  return first === last ? last : `${first} to ${last}`;
}

const line = ({ at, since, staff_name: name, what, references, goesOn }) => h("tr", {},
  h("th", { scope: "row" }, whenText(at, since)), h("td", {}, name), h("td", {}, whatText(what, references, goesOn)),
  h("td", {}, references.length > FEW ? h("details", {}, h("summary", {}, `${references.length} leads`), links(references)) : links(references)));

const links = (references) => references.map((reference) => [h("a", { href: `#lead=${reference}`, class: "reference" }, reference), " "]);
