// The trust file: which organisations, which rules, which revocations a checker leans on. It is never in a bundle.
import { decode, encode, sha256, toHex } from "./bytes.js";
import { authorities, hasRole, signer } from "./certificates.js";
import { FormatError, TrustError, format } from "./errors.js";
import { parseJson, writeJson } from "./json.js";
import { MESSAGES, read } from "./protobuf.js";
import { hex, integer, list, members, string, truth } from "./shape.js";
import { timeFrom } from "./times.js";

const TRUST_LIMIT = 4 * 1024 * 1024;
const NAMES = ["format", "network", "demo", "version", "genesis", "channel", "chaincode", "attestations"];
const OPTIONAL = ["ordererOrganisations", "consenters", "revoked"];
const CERTIFICATES = 16; // of one organisation: chains are tried one by one
const PEER_ROLES = ["peer", "client", "admin"];
const ORDERER_ROLES = ["orderer", "client", "admin"];

// A trust file, as bytes (better: a member named twice is then seen) or as the object read from it. Throws TrustError.
export async function readTrust(given) {
  try {
    if (given instanceof Uint8Array && given.length > TRUST_LIMIT) format("larger than 4 MiB");
    const value = parseJson(given instanceof Uint8Array ? decode(given, "trust") : writeJson(given));
    return await checkedTrust(value, toHex(await sha256(encode(writeJson(value)))));
  } catch (error) {
    if (error instanceof FormatError) throw new TrustError(`The trust file cannot be used: ${error.message}.`);
    throw error;
  }
}

async function checkedTrust(value, fingerprint) {
  const top = members(value, "trust", [...NAMES, "endorsement", "organisations"], OPTIONAL);
  if (top.format !== "traceapp-trust/1") format("trust.format: not 'traceapp-trust/1'");
  const organisations = await organisationsOf(top.organisations, "trust.organisations", PEER_ROLES);
  const orderers = await organisationsOf(orNone(top.ordererOrganisations), "trust.ordererOrganisations", ORDERER_ROLES);
  refuseSharedKeys([...organisations.values(), ...orderers.values()]);
  hex(top.genesis, "trust.genesis", 32);
  const attestations = integer(top.attestations, "trust.attestations");
  if (attestations < 1 || attestations > organisations.size) format("trust.attestations: of too few organisations");
  return {
    network: string(top.network, "trust.network"),
    demo: truth(top.demo, "trust.demo"),
    version: integer(top.version, "trust.version"),
    channel: nameIn(top.channel, "trust.channel"),
    chaincode: nameIn(top.chaincode, "trust.chaincode"),
    attestations,
    rules: rulesOf(top.endorsement, organisations),
    organisations,
    orderers,
    consenters: await consentersOf(orNone(top.consenters), orderers),
    revoked: revokedOf(orNone(top.revoked)),
    fingerprint,
    signers: new Map(),
  };
}

const orNone = (value) => (value === undefined ? [] : value);
const nameIn = (value, path) => string(value, path) || format(`${path}: empty`);

async function organisationsOf(value, path, roles) {
  const found = new Map();
  for (const [position, one] of list(value, path).entries()) {
    const organisation = await organisationOf(one, `${path}[${position}]`, roles);
    if (found.has(organisation.mspId)) format(`${path}[${position}]: listed twice`);
    found.set(organisation.mspId, organisation);
  }
  return found;
}

async function organisationOf(value, path, roles) {
  const given = members(value, path, ["mspId", "name", "rootCertificates", "nodeOUs"], ["intermediateCertificates"]);
  const roots = certificatesIn(given.rootCertificates, `${path}.rootCertificates`);
  if (!roots.length) format(`${path}.rootCertificates: empty`);
  const issuing = await authorities(roots, certificatesIn(orNone(given.intermediateCertificates), `${path}.intermediateCertificates`));
  const units = members(given.nodeOUs, `${path}.nodeOUs`, [], roles);
  const named = Object.keys(units).map((role) => nameIn(units[role], `${path}.nodeOUs.${role}`));
  // one unit for two roles would make a client of every peer
  if (!Object.hasOwn(units, roles[0]) || new Set(named).size !== named.length) format(`${path}.nodeOUs: a unit for each role`);
  const mspId = nameIn(given.mspId, `${path}.mspId`);
  return { mspId, name: nameIn(given.name, `${path}.name`), authorities: issuing, nodeOUs: units };
}

function certificatesIn(value, path) {
  if (list(value, path).length > CERTIFICATES) format(`${path}: more than ${CERTIFICATES}`);
  return value.map((one, at) => string(one, `${path}[${at}]`));
}

// Those whose quorum signs a block, by the number that it names them with.
async function consentersOf(value, orderers) {
  const found = new Map();
  for (const [position, one] of list(value, "trust.consenters").entries()) {
    const path = `trust.consenters[${position}]`;
    const given = members(one, path, ["id", "mspId", "certificate"]);
    const id = integer(given.id, `${path}.id`);
    const organisation = orderers.get(string(given.mspId, `${path}.mspId`));
    if (id < 1 || id >= 2 ** 32 || !organisation) format(`${path}: not a number, or not of an organisation that orders`);
    const consenter = await memberOf(organisation, encode(string(given.certificate, `${path}.certificate`)));
    const twice = found.has(id) || [...found.values()].some((other) => other.fingerprint === consenter.fingerprint);
    if (twice || !hasRole(consenter, "orderer")) format(`${path}: listed twice, or not an orderer's certificate`);
    found.set(id, consenter);
  }
  return found;
}

function refuseSharedKeys(organisations) {
  const owners = new Map();
  for (const { mspId, authorities: issuing } of organisations) {
    for (const { certificate } of issuing) {
      const key = toHex(certificate.key.spki);
      if ((owners.get(key) ?? mspId) !== mspId) format(`trust: ${mspId} shares an authority's key`);
      owners.set(key, mspId);
    }
  }
}

// --- endorsement rules: evaluated as Fabric does ---

function rulesOf(value, known) {
  const rules = list(value, "trust.endorsement").map((one, at) => {
    const path = `trust.endorsement[${at}]`;
    const given = members(one, path, ["from", "rule"]);
    return { start: timeFrom(string(given.from, path), path), rule: ruleOf(given.rule, path, known, 0) };
  });
  // two rules begun at once would leave it to the reader which applies
  if (!rules.length || new Set(rules.map((one) => one.start)).size !== rules.length) format("trust.endorsement: one rule a time");
  return rules.sort((one, other) => (one.start < other.start ? -1 : 1));
}

function ruleOf(value, path, known, depth) {
  if (depth > 16) format(`${path}: rules nest too deep`);
  if (!Object.hasOwn(Object(value), "outOf")) {
    const { signedBy, role } = members(value, path, ["signedBy", "role"]);
    if (!known.has(string(signedBy, path)) || !PEER_ROLES.includes(string(role, path))) format(`${path}: unknown organisation or role`);
    return { signedBy, role };
  }
  const pair = list(members(value, path, ["outOf"]).outOf, path);
  if (pair.length !== 2) format(`${path}: not a number and a list of rules`);
  const rules = list(pair[1], path).map((one, at) => ruleOf(one, `${path}[${at}]`, known, depth + 1));
  const count = integer(pair[0], path);
  // zero would let a transaction nobody endorsed pass
  if (count < 1 || count > rules.length) format(`${path}: ${count} of ${rules.length} rules`);
  return { count, rules };
}

// The rule in force at a time: the last one begun.
export const ruleAt = (trust, moment) => trust.rules.findLast((one) => one.start <= moment)?.rule;

// Whether the signers, each different, meet the rule. A signer is used up by the first part it meets.
export const satisfied = (rule, signers) => remaining(rule, signers) !== null;

function remaining(rule, free) {
  if (rule.signedBy !== undefined) {
    const at = free.findIndex((one) => one.mspId === rule.signedBy && hasRole(one, rule.role));
    return at < 0 ? null : free.toSpliced(at, 1);
  }
  let met = 0;
  for (const part of rule.rules) {
    const rest = remaining(part, free);
    if (rest) [met, free] = [met + 1, rest];
  }
  return met >= rule.count ? free : null;
}

// --- members and revocations ---

// The member that a SerializedIdentity names, chained to its organisation. Neither its role, nor validity at a time, nor
// revocation is judged here.
export const signerOf = (trust, identity) => known(trust, identity, trust.organisations, "");

// The same for a member of an organisation that orders.
export const ordererOf = (trust, identity) => known(trust, identity, trust.orderers, "orderer ");

async function known(trust, identity, organisations, kind) {
  const name = kind + toHex(identity);
  if (!trust.signers.has(name)) {
    const { mspid, idBytes } = read(MESSAGES.identity, identity);
    const organisation = organisations.get(mspid) ?? format(`unknown organisation ${mspid.slice(0, 60)}`);
    trust.signers.set(name, await memberOf(organisation, idBytes));
  }
  return trust.signers.get(name);
}

const memberOf = ({ mspId, authorities: issuing, nodeOUs }, pem) => signer(mspId, pem, issuing, nodeOUs);

function revokedOf(value) {
  const revoked = new Map();
  for (const [at, one] of list(value, "trust.revoked").entries()) {
    const path = `trust.revoked[${at}]`;
    const given = members(one, path, ["mspId", "serial", "since"]);
    if (!/^[0-9a-f]{1,64}$/.test(string(given.serial, path))) format(`${path}.serial: not a number in lower-case hex`);
    const entry = revocationKey(string(given.mspId, path), BigInt(`0x${given.serial}`));
    const since = timeFrom(string(given.since, path), path);
    if (!(revoked.get(entry) <= since)) revoked.set(entry, since);
  }
  return revoked;
}

const revocationKey = (mspId, serial) => `${serial} ${mspId}`;
export const revokedAtAll = (trust, one) => trust.revoked.has(revocationKey(one.mspId, one.serial));
export const revokedBy = (trust, one, moment) => trust.revoked.get(revocationKey(one.mspId, one.serial)) <= moment;
