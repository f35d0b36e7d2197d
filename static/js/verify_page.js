// The page on which a person drops a trust file and proof bundles; each step is ticked off as it holds. Nothing is sent
// anywhere. It needs the elements of templates/verify/offline.html.
import { NOT_PROVEN, STEPS, TrustError, readTrust, verifyBundle } from "./verify.js";

const LARGEST = 8 * 1024 * 1024;
const at = (id) => document.getElementById(id);
let trust = null;
const waiting = [];
const counted = { verified: 0, all: 0 };

// Text only, never markup: what a bundle shows may be anything.
function make(tag, words = "", parts = [], name = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  made.append(...parts);
  if (name) made.className = name;
  return made;
}

async function bytesOf(file) {
  return new Uint8Array(await file.slice(0, LARGEST).arrayBuffer());
}

// A trust file counts only where a person put it as one: a bundle that is a trust file must not bring its own trust.
async function useTrust(file) {
  trust = null;
  at("trusted").hidden = true;
  at("answers").replaceChildren();
  Object.assign(counted, { verified: 0, all: 0 });
  if (!globalThis.crypto?.subtle) return say("This browser checks no signatures here: nothing can be verified. Try another one.");
  try {
    trust = await readTrust(await bytesOf(file));
  } catch (error) {
    return say(error instanceof TrustError ? error.message : "The trust file cannot be read.");
  }
  say(`Checking against ${trust.network}, version ${trust.version}.${demoWords()}`);
  at("fingerprint").textContent = trust.fingerprint.replace(/(.{8})(?=.)/g, "$1 ");
  at("organisations").replaceChildren(...[...trust.organisations.values()].map((one) => make("li", `${one.name} (${one.mspId})`)));
  at("trusted").hidden = false;
  await checkWaiting();
}

async function takeBundles(files) {
  waiting.push(...files);
  if (trust) await checkWaiting();
  else say("Now give the trust file to check with.");
}

async function checkWaiting() {
  while (waiting.length) {
    const file = waiting.shift();
    const bytes = await bytesOf(file).catch(() => null);
    if (bytes) await check(file.name, bytes);
    else at("answers").prepend(card(file.name, "no", "Not verified. The file could not be read."));
    counted.all += 1;
    say(`${counted.verified} of ${counted.all} verified against ${trust.network}, version ${trust.version}.${demoWords()}`);
  }
}

const demoWords = () => (trust.demo ? " This is a demo on one machine: it shows how the check works, and proves nothing." : "");

const say = (words) => (at("state").textContent = words);

async function check(name, bytes) {
  const ticks = STEPS.map((words) => make("li", words));
  const steps = make("ol", "", ticks);
  const shown = card(name, "busy", "Checking…", [steps]);
  at("answers").prepend(shown);
  const report = await verifyBundle(bytes, trust, (step, holds) => {
    ticks[step - 1].className = holds ? "ok" : "no";
  });
  for (const one of ticks) one.className ||= "off";
  counted.verified += Number(report.verified);
  const words = isTrustFile(bytes) ? "Not verified. This is a trust file; the first field is for it." : report.words;
  shown.replaceWith(card(name, report.verified ? "ok" : "no", words, [steps, ...facts(report)]));
}

const isTrustFile = (bytes) => new TextDecoder().decode(bytes.slice(0, LARGEST)).includes('"traceapp-trust/1"');

function card(name, state, words, parts = []) {
  return make("article", "", [make("p", name, [], "file"), make("h2", words), ...parts], state);
}

function facts(report) {
  const claimed = report.verified ? "" : " (the file says so; nothing vouches for it)";
  const rows = [
    ["Why", report.reason && `${report.reason}, step ${report.step}: ${report.detail}`],
    ["Recorded by", report.recordedBy && `${report.recordedBy}, ${report.recordTime}${claimed}`],
    ["On the ledger", report.recordedAt && `${report.recordedAt}, transaction ${report.txId}`],
    ["Attested by", report.attesting.map(([mspId, name]) => `${name} (${mspId})`).join(", ")],
    ["Block", report.block !== null && `${report.block}, signed by orderers`],
    ["Device", report.device && `key ${report.device.kid}, put on the ledger by ${report.device.organisation}`],
    ["Custodial", report.verified && (report.custodial ? "Yes: an operator keeps this organisation's key and can sign in its name." : "No.")],
    ["Hidden fields", report.hidden === null ? "" : String(report.hidden)],
    ["Checked with", `${report.network}, version ${report.trustVersion}, fingerprint ${report.trustFingerprint}`],
    ["Checked by", "the code of this page"],
    ["Not checked", report.notChecked.join(", ")],
    ["Not proven", report.verified && `${NOT_PROVEN.join("; ")}.`],
  ].filter(([, words]) => words);
  const list = make("dl", "", rows.flatMap(([term, words]) => [make("dt", term), make("dd", words)]));
  return report.record ? [list, make("pre", JSON.stringify(report.record, null, 2))] : [list];
}

at("trust").addEventListener("change", (event) => event.target.files.length && useTrust(event.target.files[0]));
at("files").addEventListener("change", (event) => takeBundles(event.target.files));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const { files } = event.dataTransfer;
  if (event.target.closest?.("#trust-drop")) return files.length && useTrust(files[0]);
  return takeBundles(files);
});
