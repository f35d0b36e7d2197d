// What a browser knows of a trust file, and what follows from what: static/js/pins.js.
import assert from "node:assert/strict";
import test from "node:test";
import { follows, know, refuse, standing } from "../../static/js/pins.js";

function memory() {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, String(value)), kept };
}

const shown = (version, more = {}) => ({ network: "demo", version, fingerprint: `print-${version}`, ...more });
const firm = (mspId, root = `root of ${mspId}`) => ({ mspId, name: `Firm ${mspId}`, rootCertificates: [root], nodeOUs: { peer: "peer" } });
const TRUST = {
  network: "demo", demo: true, version: 3, genesis: "00", channel: "trace", chaincode: "traceability", attestations: 2,
  endorsement: [{ from: "2026-01-01T00:00:00.000Z", rule: { outOf: [2, []] } }],
  organisations: [firm("A"), firm("B")], ordererOrganisations: [firm("O")], revoked: [],
};
const next = (change) => ({ ...structuredClone(TRUST), version: 4, ...change });
const broken = (change) => follows(TRUST, next(change)).broken;

test("the first visit is noted, and the same file is known again", () => {
  const storage = memory();
  assert.equal(standing(storage, shown(3)).how, "first");
  assert.ok(know(storage, shown(3)));
  assert.equal(standing(storage, shown(3)).how, "same");
  assert.equal(standing(storage, shown(3)).pin.version, 3);
});

test("reading the file keeps its text and the day of the first visit", () => {
  const storage = memory();
  know(storage, shown(3));
  const { since } = standing(storage, shown(3)).pin;
  know(storage, shown(3), "the file");
  know(storage, shown(3));
  assert.deepEqual([standing(storage, shown(3)).pin.file, standing(storage, shown(3)).pin.since], ["the file", since]);
});

test("another fingerprint is a change, even under the same version", () => {
  const storage = memory();
  know(storage, shown(3));
  assert.equal(standing(storage, shown(4)).how, "changed");
  assert.equal(standing(storage, shown(3, { fingerprint: "other" })).how, "changed");
});

test("another network on the same site is a change, not a first visit", () => {
  const storage = memory();
  know(storage, shown(3));
  const found = standing(storage, shown(1, { network: "new name" }));
  assert.deepEqual([found.how, found.pin.network], ["changed", "demo"]);
});

test("a change that was refused is not asked about again, the next one is", () => {
  const storage = memory();
  know(storage, shown(3), "the file");
  refuse(storage, standing(storage, shown(4)).pin, shown(4));
  assert.equal(standing(storage, shown(4)).how, "kept");
  assert.equal(standing(storage, shown(4)).pin.file, "the file");
  assert.equal(standing(storage, shown(5)).how, "changed");
  know(storage, shown(5), "newer");
  assert.equal(standing(storage, shown(5)).how, "same");
});

test("without storage nothing is kept and nothing breaks", () => {
  const closed = { getItem() { throw new DOMException("denied"); }, setItem() { throw new DOMException("denied"); } };
  for (const storage of [null, closed]) {
    assert.equal(standing(storage, shown(3)).how, "none");
    assert.equal(know(storage, shown(3)), false);
    assert.equal(refuse(storage, shown(2), shown(3)), false);
  }
  const full = { getItem: () => null, setItem() { throw new DOMException("quota"); } };
  assert.equal(know(full, shown(3)), false);
});

test("what somebody wrote into the storage does no harm", () => {
  for (const text of ["", "nonsense", "[]", "7", '{"pins":7}', '{"pins":null}']) {
    const storage = memory();
    storage.kept.set("traceapp-trust", text);
    assert.equal(standing(storage, shown(3)).how, "first", text);
    assert.ok(know(storage, shown(3)), text);
  }
});

test("firms that join, later rules and withdrawn certificates follow", () => {
  assert.deepEqual(follows(TRUST, next({ organisations: [firm("B"), firm("A"), firm("C")] })), { broken: [], joined: ["Firm C"] });
  const later = { from: "2026-06-01T00:00:00.000Z", rule: { outOf: [3, []] } };
  assert.deepEqual(broken({ endorsement: [later, ...TRUST.endorsement] }), []);
  assert.deepEqual(broken({ revoked: [{ mspId: "A", serial: "1f", since: "2026-06-01T00:00:00.000Z" }] }), []);
  assert.deepEqual(broken({ attestations: 3 }), []);
});

test("everything that weakens or replaces what was known is named", () => {
  const earlier = { from: "2025-01-01T00:00:00.000Z", rule: { outOf: [1, []] } };
  const cases = {
    network: { network: "other" }, genesis: { genesis: "11" }, channel: { chaincode: "other" }, version: { version: 3 },
    attestations: { attestations: 1 }, rules: { endorsement: [earlier, ...TRUST.endorsement] },
  };
  for (const [why, change] of Object.entries(cases)) assert.deepEqual(broken(change), [why]);
  assert.deepEqual(broken({ demo: false }), ["network"]);
  assert.deepEqual(broken({ organisations: [firm("A")] }), ["organisations"]);
  assert.deepEqual(broken({ organisations: [firm("A", "another root"), firm("B")] }), ["organisations"]);
  assert.deepEqual(broken({ ordererOrganisations: [] }), ["organisations"]);
  assert.deepEqual(broken({ endorsement: [] }), ["rules"]);
  const withdrawn = { ...TRUST, revoked: [{ mspId: "A", serial: "1f", since: "2026-06-01T00:00:00.000Z" }] };
  assert.deepEqual(follows(withdrawn, next({})).broken, ["revoked"]);
});
