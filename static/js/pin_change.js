// What to do when the trust file is not the one that this browser knows: show what changed, let the person decide.
import { day, fill, say, storage } from "./check.js";
import { follows, know, refuse, standing } from "./pins.js";
import { readTrust } from "./verify.js";

const decisions = new WeakMap(); // the promise of a person's decision, by the place where they are asked

// The trust to check with now: what is shown here, or what the person keeps. Null where neither can be had.
export async function trustToUse(place, words) {
  const served = await fetched(place.dataset.trust);
  if (!served) return null;
  const { how, pin } = standing(storage(), served.trust);
  if (how === "changed") return (await ask(place, words, served, pin)) === "accept" ? served.trust : (await known(place, pin))?.trust ?? null;
  if (how === "kept") return (await known(place, pin))?.trust ?? null;
  know(storage(), served.trust, served.text);
  return served.trust;
}

// Show the change as soon as the page is there, before anything is checked.
export async function show(place, words, pin) {
  const served = await fetched(place.dataset.trust);
  if (!served) return say(place.querySelector("[data-pin-said]"), `${fill(words.pinChanged, { date: day(pin.since) })} ${words.noTrust}`);
  if (served.trust.fingerprint === pin.fingerprint) return say(place.querySelector("[data-pin-said]"), words.pinDiffers);
  ask(place, words, served, pin);
}

async function fetched(address) {
  try {
    const answer = await fetch(address, { credentials: "omit", cache: "no-cache" });
    return answer.ok ? await read(await answer.text()) : null;
  } catch {
    return null;
  }
}

async function read(text) {
  return { text, trust: await readTrust(new TextEncoder().encode(text)), content: JSON.parse(text) };
}

// The file that is known: kept here, or its version from the server, which must have the fingerprint that was noted.
async function known(place, pin) {
  if (pin.file) return read(pin.file).catch(() => null);
  const old = await fetched(`${place.dataset.versions}${pin.version}.json`);
  return old?.trust.fingerprint === pin.fingerprint ? old : null;
}

function ask(place, words, served, pin) {
  if (!decisions.has(place)) decisions.set(place, decide(place, words, served, pin).finally(() => decisions.delete(place)));
  return decisions.get(place);
}

async function decide(place, words, served, pin) {
  const before = await known(place, pin);
  const found = before ? follows(before.content, served.content) : null;
  const good = found !== null && found.broken.length === 0;
  const box = place.querySelector("[data-pin-change]");
  const numbers = { new: served.trust.version, old: pin.version, date: day(pin.since) };
  const accept = make("button", fill(good ? words.pinAccept : words.pinAcceptAnyway, numbers), good ? "btn btn--main" : "btn btn--bad");
  const keep = make("button", fill(words.pinKeep, numbers), good ? "btn" : "btn btn--main");
  box.className = `pin__change${good ? "" : " is-bad"}`;
  box.setAttribute("role", good ? "status" : "alert");
  box.replaceChildren(...told(words, found, numbers), ...fingerprints(words, served, pin), row(good ? [accept, keep] : [keep, accept]));
  const chosen = await new Promise((resolve) => {
    accept.addEventListener("click", () => resolve("accept"));
    keep.addEventListener("click", () => resolve("keep"));
  });
  if (chosen === "accept") know(storage(), served.trust, served.text);
  else refuse(storage(), { ...pin, ...(before ? { file: before.text } : {}) }, served.trust);
  box.replaceChildren();
  say(place.querySelector("[data-pin-said]"), fill(chosen === "accept" ? words.pinAccepted : words.pinKept, numbers));
  return chosen;
}

function told(words, found, numbers) {
  if (!found) return [make("p", words.pinDiffers, "pin__head"), make("p", words.pinLost)];
  if (found.broken.length) return [make("p", words.pinDiffers, "pin__head"), list(found.broken.map((one) => words.pinBroken[one]))];
  const joined = found.joined.length ? [make("p", fill(words.pinJoined, { names: found.joined.join(", ") }))] : [];
  return [make("p", fill(words.pinFollows, numbers), "pin__head"), ...joined];
}

function fingerprints(words, served, pin) {
  const line = (label, digits) => {
    const made = make("p", `${label} `, "small");
    const code = make("code", digits.replace(/(.{4})(?=.)/g, "$1 "));
    code.dir = "ltr";
    made.append(code);
    return made;
  };
  return [line(words.pinKnown, pin.fingerprint), line(words.pinShown, served.trust.fingerprint)];
}

// Text only, never markup: names in a trust file may be anything.
function make(tag, text, name = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (tag === "button") made.type = "button";
  if (name) made.className = name;
  return made;
}

function list(texts) {
  const made = make("ul", "");
  made.append(...texts.map((text) => make("li", text)));
  return made;
}

function row(buttons) {
  const made = make("p", "", "row");
  made.append(...buttons);
  return made;
}
