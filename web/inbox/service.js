// Calls the staff routes of the service. Throws one of three errors: signed out, unreachable, or refused.

import { queryOf } from "./address.js";
import { signIn } from "./sign-in.js";

const HOME = new URL("..", import.meta.url);
const TIMEOUT = 12000; // ms

export class SignedOut extends Error {}
export class Unreachable extends Error {}
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

function parseProblem(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

class Service {
  worklist(filters, cursor) {
    return this.#ask("GET", `leads?${queryOf({ ...filters, cursor })}`);
  }

  // Searches by POST, which keeps phone numbers out of URLs and logs.
  search(q) { return this.#ask("POST", "leads/search", { q }); }

  // `showContact`: for a medical reason, includes the contact details of a patient who revoked consent
  lead(reference, { showContact = false } = {}) { return this.#ask("GET", `leads/${encodeURIComponent(reference)}${showContact ? "?contact=shown" : ""}`); }

  act(reference, action) { return this.#ask("POST", `leads/${encodeURIComponent(reference)}/actions`, action); }

  async staff() { return (await this.#ask("GET", "staff")).staff; }

  rota() { return this.#ask("GET", "rota"); }

  saveRota(rota) { return this.#ask("PUT", "rota", rota); }

  rules() { return this.#ask("GET", "rules"); }

  accesses(asked) { return this.#ask("GET", `leads/accesses?${queryOf(asked)}`); }

  report(days) { return this.#ask("GET", `report?${queryOf(days)}`); }

  // reportCsv, fhir, person and csv return the text of a file.
  reportCsv(days) { return this.#file(`report?${queryOf({ format: "csv", ...days })}`, "text/csv"); }

  fhir(reference) { return this.#file(`leads/${encodeURIComponent(reference)}/fhir`, "application/fhir+json"); }

  async person(reference) {
    const leads = [];
    for (let query = "";;) {
      const page = await this.#ask("GET", `leads/${encodeURIComponent(reference)}/person${query}`);
      leads.push(...page.leads);
      if (!page.cursor) return JSON.stringify({ ...page, leads });
      query = `?cursor=${encodeURIComponent(page.cursor)}`;
    }
  }

  csv(days, progress) { return this.#file(`leads/export?${queryOf({ format: "csv", ...days })}`, "text/csv", progress); }

  erase(reference) { return this.#ask("DELETE", `leads/${encodeURIComponent(reference)}`); }

  // Follows the Link headers from page to page, and joins the pages.
  async #file(path, accept, progress = () => {}) {
    const pages = [];
    for (let next = path; next;) {
      const { headers, text } = await this.#send("GET", next, accept);
      pages.push(text);
      progress(text);
      next = /<\/?([^>]+)>;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1];
    }
    return pages.join("");
  }

  async #ask(method, path, body) {
    const { text } = await this.#send(method, path, "application/json", body);
    try { return JSON.parse(text); } catch { throw new Unreachable(); }
  }

  async #send(method, path, accept, body) {
    const token = signIn.token;
    if (!token) throw new SignedOut();
    let response, text;
    try {
      response = await fetch(new URL(path, HOME), {
        method, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT), referrerPolicy: "no-referrer",
        headers: { authorization: `Bearer ${token}`, accept, ...(body && { "content-type": "application/json" }) },
        body: body && JSON.stringify(body),
      });
      text = await response.text();
    } catch { throw new Unreachable(); }
    if (response.status === 401) throw new SignedOut();
    if (response.status >= 500) throw new Unreachable();
    if (!response.ok) throw new Refused(response.status, parseProblem(text));
    return { headers: response.headers, text };
  }
}

export const service = new Service();
