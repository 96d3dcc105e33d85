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

  async #ask(method, path, body) {
    const token = this.#signIn.token;
    if (!token) throw new SignedOut();
    let answer, content;
    try {
      answer = await fetch(new URL(path, HOME), {
        method, cache: "no-store", signal: AbortSignal.timeout(PATIENCE), referrerPolicy: "no-referrer",
        headers: { authorization: `Bearer ${token}`, accept: "application/json", ...(body && { "content-type": "application/json" }) },
        body: body && JSON.stringify(body),
      });
      content = answer.status === 401 ? {} : await answer.json();
    } catch { throw new Unreachable(); }
    if (answer.status === 401) throw new SignedOut();
    if (answer.status >= 500) throw new Unreachable();
    if (!answer.ok) throw new Refused(answer.status, content);
    return content;
  }
}
