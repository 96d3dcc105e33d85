// The service's staff routes. Every failure is one of three kinds.

const HOME = new URL("..", import.meta.url);
const PATIENCE = 12000; // ms

export class SignedOut extends Error {}
export class Unreachable extends Error {}
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

export class Service {
  #signIn;

  constructor(signIn) { this.#signIn = signIn; }

  worklist(filters, cursor) {
    const query = new URLSearchParams(Object.entries({ ...filters, cursor }).filter(([, value]) => value));
    return this.#ask("GET", `leads?${query}`);
  }

  // In a body, so that a phone number is in no URL and no log.
  search(q) { return this.#ask("POST", "leads/search", { q }); }

  lead(reference) { return this.#ask("GET", `leads/${encodeURIComponent(reference)}`); }

  act(reference, action) { return this.#ask("POST", `leads/${encodeURIComponent(reference)}/actions`, action); }

  rules() { return this.#ask("GET", "rules"); }

  // One lead as FHIR, one person's data, or CSV of some days: the text of a file.
  fhir(reference) { return this.#file(`leads/${encodeURIComponent(reference)}/fhir`, "application/fhir+json"); }

  person(reference) { return this.#file(`leads/${encodeURIComponent(reference)}/person`, "application/json"); }

  csv(days) { return this.#file(`leads/export?${new URLSearchParams(Object.entries({ format: "csv", ...days }).filter(([, value]) => value))}`, "text/csv"); }

  erase(reference) { return this.#ask("DELETE", `leads/${encodeURIComponent(reference)}`); }

  // Pages put together, as the Link headers lead on.
  async #file(path, accept) {
    const pages = [];
    for (let next = path; next;) {
      const { headers, text } = await this.#send("GET", next, accept);
      pages.push(text);
      next = /<\/?([^>]+)>;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1];
    }
    return pages.join("");
  }

  async #ask(method, path, body) {
    const { text } = await this.#send(method, path, "application/json", body);
    try { return JSON.parse(text); } catch { throw new Unreachable(); }
  }

  async #send(method, path, accept, body) {
    const token = this.#signIn.token;
    if (!token) throw new SignedOut();
    let answer, text;
    try {
      answer = await fetch(new URL(path, HOME), {
        method, cache: "no-store", signal: AbortSignal.timeout(PATIENCE), referrerPolicy: "no-referrer",
        headers: { authorization: `Bearer ${token}`, accept, ...(body && { "content-type": "application/json" }) },
        body: body && JSON.stringify(body),
      });
      text = await answer.text();
    } catch { throw new Unreachable(); }
    if (answer.status === 401) throw new SignedOut();
    if (answer.status >= 500) throw new Unreachable();
    if (!answer.ok) throw new Refused(answer.status, parsed(text));
    return { headers: answer.headers, text };
  }
}
