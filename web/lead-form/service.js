import { wait } from "./elements.js";

const HOME = new URL("..", import.meta.url);
const REQUEST_TIMEOUT = 20000; // ms

// The Trusted Types policy for the form's markup.
// A page that enforces Trusted Types must allow the policy by name: `trusted-types lead-form`.
let policy;
try {
  policy = globalThis.trustedTypes?.createPolicy("lead-form", { createHTML: (markup) => markup });
} catch { /* a page that does not allow the policy can only link to the form */ }

export class Service {
  constructor(form) {
    this.form = form;
  }

  fetch(path, content, more) {
    const home = this.form.getAttribute("api");
    const headers = { "accept-language": this.form.language, ...(content && { "content-type": "application/json" }) };
    const post = content && { method: "POST", body: JSON.stringify(content), cache: "no-store" };
    return fetch(new URL(path, home ? new URL(home.replace(/\/*$/, "/"), document.baseURI) : HOME), { headers, credentials: "omit", ...post, ...more });
  }

  /** Sends a request. Returns what `read` returns for the response. Throws if the request fails or times out. */
  async ask(path, content, read) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), REQUEST_TIMEOUT);
    try {
      return await read(await this.fetch(path, content, { signal: stop.signal }));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a POST request if there is `content`, else GET. Returns {status, body, retryAfter (in seconds)}.
   * The status is 0 if the service did not respond. */
  call(path, content) {
    return this.ask(path, content, async (response) => {
      const body = await response.json().catch(() => null);
      const foreign = content && response.ok && !Array.isArray(body?.messages);
      return { status: foreign ? 0 : response.status, body, retryAfter: Number(response.headers.get("retry-after")) };
    }).catch(() => ({ status: 0 }));
  }

  /** The drawn form, as nodes; null if it cannot be loaded. `mode`: "added" for the page after Send. */
  async drawn(questionnaire, language, mode = "element") {
    const level = this.form.wholePage ? 1 : 2;
    const address = `form?mode=${mode}&level=${level}&questionnaire=${encodeURIComponent(questionnaire)}&language=${language}`;
    const markup = await this.ask(address, null, (response) => (response.ok ? response.text() : "")).catch(() => "");
    const holder = document.createElement("template");
    holder.innerHTML = policy ? policy.createHTML(markup) : markup;
    return holder.content.querySelector("form[data-questionnaire], [data-closed]") && holder.content;
  }

  /** Gets a token and solves its proof of work, as optional evidence that the visitor is no bot.
   * Calls `put(guard)` with the token, and again with token and proof. Stops when `wanted()` is false. */
  async guard(id, guard, wanted, put) {
    try {
      if (!guard.token) {
        const { body } = await this.call(`challenges/${id}`);
        if (!body?.token || !wanted()) return;
        guard = body;
        put(guard);
      }
      const proof = guard.challenge && await solve(guard.challenge, wanted);
      if (proof && wanted()) put({ token: guard.token, proof });
    } catch { /* the form is sent without token or proof */ }
  }
}

/** Returns a proof of work (ALTCHA, version 1), or undefined. Works in small steps, which do not delay typing. */
async function solve({ algorithm, challenge, maxnumber, salt, signature }, wanted) {
  const encoder = new TextEncoder();
  const goal = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  const fits = (hash) => new Uint8Array(hash).every((byte, index) => byte === goal[index]);
  for (let from = 0; from <= maxnumber && wanted(); from += 100) {
    const hashes = await Promise.all(Array.from({ length: 100 }, (_, index) => crypto.subtle.digest(algorithm, encoder.encode(salt + (from + index)))));
    const found = hashes.findIndex(fits);
    if (found >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: from + found, salt, signature }));
    await wait(0);
  }
  return undefined;
}
