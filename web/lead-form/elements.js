/** Never parses text as HTML. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value || value === "") node.setAttribute(name, value);
  }
  node.append(...children.flat().filter(Boolean));
  return node;
}

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Returns a random UUID. Browsers before 2022, and pages without https, have no crypto.randomUUID(). */
export const newId = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

/** The `tel:` link for a phone number, without its extension; "" for other texts.
 * Letters (1-800-SPINE-MD) become digits. */
export function phoneLink(text) {
  const number = text.replace(/([\d\s,;(])(?:ext|extn|extension|extensi\u00f3n|x|#)[\s.:]*\d{1,10}\)?$/i, "$1").replace(/[\s,;(]+$/, "");
  const digits = number.replace(/[a-z]/gi, (letter) => "22233344455566677778889999"[letter.toLowerCase().charCodeAt() - 97]).replace(/\D/g, "");
  const right = /[a-z]/i.test(number) ? /^1?\d{10}$/ : /^\d{7,15}$/;
  return /^\+?[\da-z\s().\/-]+$/i.test(number) && right.test(digits) ? `tel:${number[0] === "+" ? "+" : ""}${digits}` : "";
}
