// Runs the proofs of a page one after another: fetches each, ticks its steps off, names what fails, sums up.
import { fill, say } from "./check.js";
import { trustToUse } from "./pin_change.js";
import { verifyBundle } from "./verify.js";

const NINE = 9;
const GOODS = ["epcList", "childEPCs", "inputEPCList", "outputEPCList"];

// Why one step of the page is not confirmed, in words.
class Failed extends Error {}

export async function run(section, place, words) {
  const lines = [...section.querySelectorAll("[data-state]")];
  const sum = section.querySelector("[data-sum]");
  const bar = section.querySelector("progress");
  lines.forEach(clear);
  bar.value = 0;
  say(sum, "");
  section.querySelector("[data-notes]").replaceChildren();
  if (!globalThis.crypto?.subtle) return say(sum, words.noCrypto);
  const trust = await trustToUse(place, words);
  if (!trust) return say(sum, navigator.onLine ? words.noTrust : words.offline);
  const results = [];
  for (const [at, line] of lines.entries()) {
    say(sum, fill(words.checking, { n: at + 1, total: lines.length }));
    results.push(await checkLine(line, trust, section.dataset.credentials, words));
    bar.value = at + 1;
  }
  say(sum, verdict(results, words));
  return note(section.querySelector("[data-notes]"), notes(results, trust, words));
}

function note(list, texts) {
  list.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function clear(line) {
  line.classList.remove("is-done", "is-bad");
  line.querySelector("time").textContent = "";
  line.querySelector(".nine").replaceChildren(...Array.from({ length: NINE }, () => document.createElement("i")));
}

// One step of the page: {state: "good" | "bad" | "waiting", why, report}.
async function checkLine(line, trust, credentials, words) {
  if (line.dataset.state === "pending") return { state: "waiting" };
  const said = line.querySelector("[data-said]");
  const began = performance.now();
  try {
    const report = await prove(line, trust, credentials, words);
    line.classList.add("is-done");
    say(said, fill(words.holds, { n: line.querySelectorAll(".is-ok").length }));
    line.querySelector("time").textContent = `${Math.max(1, Math.round(performance.now() - began))} ms`;
    return { state: "good", report };
  } catch (error) {
    const why = error instanceof Failed ? error.message : words.reasons.unreadable;
    line.classList.add("is-bad");
    say(said, why);
    return { state: "bad", why };
  }
}

async function prove(line, trust, credentials, words) {
  const link = line.querySelector("a[download]");
  if (!link) throw new Failed(words.states[line.dataset.state] ?? words.states.mismatch);
  const bundle = await fetched(link.href, credentials, words);
  const boxes = line.querySelector(".nine");
  const report = await verifyBundle(bundle, trust, (step, holds) => {
    while (boxes.children.length < step) boxes.append(document.createElement("i"));
    boxes.children[step - 1].className = holds ? "is-ok" : "is-no";
  });
  if (!report.verified) throw new Failed(why(report, words));
  if (line.dataset.says && line.dataset.says !== told(report.record.event ?? {})) throw new Failed(words.differs);
  return report;
}

// The reason in the reader's words, and which of the steps it was.
function why(report, words) {
  const step = words.steps[report.step - 1];
  return `${words.reasons[report.reason] ?? report.words}${step ? ` (${report.step}: ${step})` : ""}`;
}

async function fetched(address, credentials, words) {
  let answer;
  try {
    answer = await fetch(address, { credentials, cache: "no-cache", headers: { Accept: "application/json" } });
  } catch {
    throw new Failed(navigator.onLine ? words.noAnswer : words.offline);
  }
  if (answer.ok) return new Uint8Array(await answer.arrayBuffer().catch(() => { throw new Failed(words.noAnswer); }));
  const said = await answer.json().catch(() => ({}));
  throw new Failed(refusal(answer.status, said, words));
}

function refusal(status, said, words) {
  if (status === 429) return words.tooMany;
  if (status === 404) return words.states.gone;
  return words.states[said.what] ?? words.states[said.state] ?? fill(words.serverError, { status });
}

function namesGoods(event) {
  return Boolean(event.parentID) || GOODS.some((name) => event[name]?.length);
}

// What the page shows of a step, as `provenance/journey.py` writes it into the page.
function told(event) {
  return [event.eventTime, event.bizStep, event.readPoint?.id, event.bizLocation?.id].filter(Boolean).join(" ");
}

// What the answer rests on, and what it leaves open.
function notes(results, trust, words) {
  const reports = results.map((one) => one.report).filter(Boolean);
  const waiting = results.filter((one) => one.state === "waiting").length;
  const hides = (report) => report.record.kind === "epcis" && !namesGoods(report.record.event);
  return [
    waiting && waiting < results.length && fill(words.waiting, { n: waiting }),
    reports.some(hides) && words.noGoods,
    reports.length && trust.demo && words.demo,
    reports.some((one) => one.custodial) && words.custodial,
    reports.some((one) => one.record.kind === "sensor" && one.notChecked.length) && words.deviceKey,
    waiting < results.length && fill(words.trust, { network: trust.network, version: trust.version }),
  ].filter(Boolean);
}

function verdict(results, words) {
  const [good, bad] = ["good", "bad"].map((state) => results.filter((one) => one.state === state).length);
  if (!good && !bad) return words.noneToCheck;
  if (!bad) return results.length === 1 ? words.allHoldOne : fill(words.allHold, { total: good });
  const n = results.findIndex((one) => one.state === "bad");
  if (results.length === 1) return results[n].why;
  return fill(words.someHold, { good, total: good + bad, n: n + 1, why: results[n].why });
}
