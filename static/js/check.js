// "Check it yourself": the small part that every page with a check loads. What it takes to check comes when it is asked
// for. Everything on the page can be read, and every proof taken along, without this file.
import { know, standing } from "./pins.js";

const section = document.querySelector("[data-proofs]");
const place = document.querySelector("[data-pin]");
const { words: address, atOnce } = (section ?? place).dataset;
const words = JSON.parse(atOnce);
const shown = place && { network: place.dataset.network, version: Number(place.dataset.version), fingerprint: place.dataset.fingerprint };

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function day(iso) {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : moment.toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
}

export function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

// On the first visit the fingerprint is noted; on later ones a change is told at once.
async function look() {
  const { how, pin } = standing(storage(), shown);
  const said = place.querySelector("[data-pin-said]");
  if (how === "first") say(said, know(storage(), shown) ? words.pinFirst : words.pinNoStorage);
  else if (how === "none") say(said, words.pinNoStorage);
  else if (how === "same") say(said, fill(words.pinSame, { date: day(pin.since) }));
  else if (how === "kept") say(said, fill(words.pinKept, { old: pin.version }));
  else await changed(said, pin);
}

// All texts, in the reader's language; those for a failure are in the page already.
async function allWords() {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function changed(said, pin) {
  say(said, fill(words.pinChanged, { date: day(pin.since) }));
  try {
    const [{ show }, all] = await Promise.all([import("./pin_change.js"), allWords()]);
    await show(place, all, pin);
  } catch {
    say(said, `${fill(words.pinChanged, { date: day(pin.since) })} ${words.noCode}`);
  }
}

async function start(button) {
  button.setAttribute("aria-disabled", "true");
  try {
    const [{ run }, all] = await Promise.all([import("./check_run.js"), allWords()]);
    await run(section, place, all);
  } catch {
    say(section.querySelector("[data-sum]"), navigator.onLine ? words.noCode : words.offline);
  }
  button.removeAttribute("aria-disabled");
}

if (place) look();
section?.querySelector("[data-run]").addEventListener("click", ({ currentTarget: button }) => {
  if (button.getAttribute("aria-disabled") !== "true") start(button);
});
