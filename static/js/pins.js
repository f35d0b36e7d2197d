// Which trust file this browser knows, by network; and whether another one follows from it. Nothing here touches the page.
const KEY = "traceapp-trust";
const FIXED = [["network", "network"], ["demo", "network"], ["genesis", "genesis"], ["channel", "channel"], ["chaincode", "channel"]];

// All that is kept: {pins: {network: {fingerprint, version, since, file?, kept?}}, last: network}; null where the browser
// keeps nothing (a private window, storage switched off).
function read(storage) {
  try {
    return sound(storage.getItem(KEY) ?? "{}");
  } catch {
    return null;
  }
}

// Whatever somebody wrote there: what has not the form of a pin is not known.
function sound(text) {
  try {
    const { pins, last } = JSON.parse(text);
    const known = Object.entries(pins).filter(([, one]) => typeof one?.fingerprint === "string" && Number.isInteger(one.version));
    return { pins: Object.fromEntries(known), last };
  } catch {
    return { pins: {} };
  }
}

function write(storage, kept) {
  try {
    storage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

// How what is shown here ({network, version, fingerprint}) stands to what is known: `none` (nothing can be kept),
// `first`, `same`, `kept` (a change that the person refused before) or `changed`, with the pin that is known.
// A site that suddenly shows another network is a change, too: else a new name would be enough to be believed anew.
export function standing(storage, shown) {
  const kept = read(storage);
  if (!kept) return { how: "none", pin: null };
  const pin = kept.pins[shown.network] ?? kept.pins[kept.last] ?? null;
  if (!pin) return { how: "first", pin: null };
  if (pin.fingerprint === shown.fingerprint) return { how: "same", pin };
  return { how: pin.kept === shown.fingerprint ? "kept" : "changed", pin };
}

// Know this trust file from now on. `file` is its text, once it was read; the time of the first visit stays.
export function know(storage, shown, file = "") {
  const kept = read(storage);
  if (!kept) return false;
  const before = kept.pins[shown.network];
  const same = before?.fingerprint === shown.fingerprint;
  kept.pins[shown.network] = {
    network: shown.network,
    fingerprint: shown.fingerprint,
    version: shown.version,
    since: same ? before.since : new Date().toISOString(),
    ...(file || (same && before.file) ? { file: file || before.file } : {}),
  };
  kept.last = shown.network;
  return write(storage, kept);
}

// Stay with what is known although something else is shown, and do not ask about that again.
export function refuse(storage, pin, shown) {
  const kept = read(storage);
  if (!kept) return false;
  kept.pins[pin.network] = { ...pin, kept: shown.fingerprint };
  return write(storage, kept);
}

// Whether trust file `next` follows from `known` (both parsed): nothing that was known is gone, changed or weakened.
// `broken` names what is (empty: it follows), `joined` the firms that are new. That somebody joined is the word of
// whoever made the new file: a rule cannot vouch for them.
export function follows(known, next) {
  const broken = new Set(FIXED.filter(([name]) => known[name] !== next[name]).map(([, why]) => why));
  if (!(next.version > known.version)) broken.add("version");
  if (!(next.attestations >= known.attestations)) broken.add("attestations");
  if (!holdsAll(known.organisations, next.organisations, "mspId")) broken.add("organisations");
  if (!holdsAll(known.ordererOrganisations ?? [], next.ordererOrganisations ?? [], "mspId")) broken.add("organisations");
  if (!continues(known.endorsement, next.endorsement)) broken.add("rules");
  const revoked = new Set((next.revoked ?? []).map(text));
  if (!(known.revoked ?? []).every((one) => revoked.has(text(one)))) broken.add("revoked");
  const before = new Set(known.organisations.map((one) => one.mspId));
  return { broken: [...broken], joined: next.organisations.filter((one) => !before.has(one.mspId)).map((one) => one.name) };
}

function holdsAll(known, next, key) {
  const now = new Map(next.map((one) => [one[key], text(one)]));
  return known.every((one) => now.get(one[key]) === text(one));
}

// Rules for the past stay; a new one begins after them.
function continues(known, next) {
  const ordered = (rules) => [...rules].sort((a, b) => (a.from < b.from ? -1 : 1));
  const [before, after] = [ordered(known), ordered(next)];
  return before.every((one, at) => after[at] && text(one) === text(after[at]));
}

// The same value gives the same text, however its members are ordered.
function text(value) {
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  if (!value || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${text(value[name])}`).join()}}`;
}
