// Shows the report or the access log in place of the leads. The address names the page and its date range.
// A page is {title, usual, form, load, draw}.
// usual() returns the parameters that apply if the address lacks them.
// form(asked, choose) returns a form that calls `choose` with new parameters.
// load(asked) requests the page's data from the service.
// draw(found, {asked, run}) returns the nodes. `run(task)` runs a button's task and shows the text that it returned.

import { accessLog } from "./access-log.js";
import { addressOfPage, readAddress } from "./address.js";
import { byId, h } from "./elements.js";
import { handleFailure, refusalText } from "./failures.js";
import { report } from "./report.js";

const PAGES = { report, accesses: accessLog };
const UNREACHABLE = "The service cannot be reached.";
let shown = "";
let parts = {}; // name, message line and data of the shown page, which stay if the next data cannot be loaded

export function startOtherPages() {
  addEventListener("hashchange", showOtherPage);
  return showOtherPage();
}

async function showOtherPage() {
  const { page: name, asked } = readAddress();
  const page = PAGES[name];
  document.body.classList.toggle("elsewhere", Boolean(page));
  byId("page").hidden = !page;
  if (!page) {
    byId("page").replaceChildren();
    if (shown) byId("main").focus();
    [shown, parts] = ["", {}];
    return;
  }
  const wanted = Object.fromEntries(Object.entries(page.usual()).map(([key, value]) => [key, asked[key] ?? value]));
  const address = addressOfPage(name, wanted);
  if (address === shown) return;
  shown = address;
  const title = h("h2", { tabindex: "-1" }, page.title);
  if (parts.name !== name) parts = { name, status: h("p", { role: "status" }), content: h("div") };
  const { status, content } = parts;
  say(status, "Loading …");
  content.ariaBusy = "true";
  const choose = (chosen) => { location.hash = addressOfPage(name, chosen); };
  const run = async (task) => {
    say(status, "One moment …");
    say(status, ...await attempt(task));
  };
  byId("page").ariaLabel = page.title;
  byId("page").replaceChildren(h("p", {}, h("a", { href: "#" }, "← Leads")), title, page.form(wanted, choose), status, content);
  title.focus();
  const [text, failed] = await attempt(async () => {
    const found = await page.load(wanted);
    if (address === shown) content.replaceChildren(...page.draw(found, { asked: wanted, run }).filter(Boolean));
    return "";
  });
  if (address !== shown) return;
  say(status, failed && content.hasChildNodes() ? `${text} What is below was loaded before.` : text, failed);
  content.ariaBusy = "false";
}

function say(status, text, failed = false) {
  status.className = failed ? "said refusal" : "said";
  status.textContent = text;
}

// Returns the task's result and whether it failed. The result of a failed task is the reason, as text.
async function attempt(task) {
  try { return [await task(), false]; } catch (error) {
    const refusal = handleFailure(error);
    return [refusal ? refusalText(refusal) : UNREACHABLE, true];
  }
}
