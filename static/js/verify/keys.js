// ECDSA signatures as the ledger accepts them (P-256, SHA-256, strict DER, low-S), and signatures of certificates.
import { join, same } from "./bytes.js";
import { TAG, elements, exactly, expect, natural, oid, only, wholeBits } from "./der.js";
import { FormatError, format } from "./errors.js";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const EC = "1.2.840.10045.2.1";
const RSA = "1.2.840.113549.1.1.1";
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };
const SIGNATURES = {
  "1.2.840.10045.4.3.2": ["EC", "SHA-256"],
  "1.2.840.10045.4.3.3": ["EC", "SHA-384"],
  "1.2.840.10045.4.3.4": ["EC", "SHA-512"],
  "1.2.840.113549.1.1.11": ["RSA", "SHA-256"],
  "1.2.840.113549.1.1.12": ["RSA", "SHA-384"],
  "1.2.840.113549.1.1.13": ["RSA", "SHA-512"],
};

// What a SubjectPublicKeyInfo holds: { kind, curve, size, spki }. It is taken in one form only: an EC point written out in
// full on a named curve, or RSA with exponent 65537. So its bytes are the key, and two keys are the same if their bytes are.
export function keyInfo(spki) {
  const [algorithm, key] = exactly(only(spki, TAG.sequence, "key"), 2, "a key");
  const [name, parameters] = exactly(expect(algorithm, TAG.sequence, "algorithm of a key"), 2, "an algorithm of a key");
  const content = wholeBits(expect(key, TAG.bits, "key's bits"));
  const kind = { [EC]: "EC", [RSA]: "RSA" }[oid(expect(name, TAG.oid, "algorithm's name"))];
  if (kind === "EC") {
    const [curve, size] = CURVES[oid(expect(parameters, TAG.oid, "named curve"))] ?? [];
    if (!curve || content.length !== 2 * size + 1 || content[0] !== 4) format("a key on an unknown curve, or a point not written in full");
    return { kind, curve, size, spki };
  }
  if (kind !== "RSA" || expect(parameters, TAG.nothing, "empty parameters").length) format("a key of an unknown kind");
  checkRsa(content);
  return { kind, curve: "", size: 0, spki };
}

function checkRsa(content) {
  const pair = exactly(only(content, TAG.sequence, "RSA key"), 2, "an RSA key");
  const [modulus, exponent] = pair.map((one) => natural(expect(one, TAG.integer, "number of an RSA key")));
  const size = modulus.toString(2).length;
  if (size < 2048 || size > 8192 || exponent !== 65537n) format("an RSA key of 2048 to 8192 bits with exponent 65537 is expected");
}

// The key of a ledger's member: on P-256, or refused.
export async function memberKey(info) {
  if (info.curve !== "P-256") format("the certificate's key is not on P-256");
  return imported(info, { name: "ECDSA", namedCurve: "P-256" });
}

async function imported(info, algorithm) {
  try {
    return await crypto.subtle.importKey("spki", info.spki, algorithm, false, ["verify"]);
  } catch {
    return format("the certificate's key is not readable");
  }
}

// Refuses unless `signature` is that of `key` over the joined parts of `message`.
export async function checkSignature(key, signature, ...message) {
  const raw = rawSignature(signature, 32, true);
  const right = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, join(...message));
  if (!right) format("the signature is not of this message by this key");
}

function rawSignature(signature, size, lowS) {
  const numbers = exactly(only(signature, TAG.sequence, "signature"), 2, "two numbers of a signature");
  const [r, s] = numbers.map((one) => natural(expect(one, TAG.integer, "number in a signature")));
  if (!(r > 0n && s > 0n) || [r, s].some((one) => one >> BigInt(8 * size))) format("the signature's numbers are out of range");
  if (lowS && (r >= ORDER || s > ORDER / 2n)) format("the signature is not low-S");
  return join(fixed(r, size), fixed(s, size));
}

function fixed(number, size) {
  const digits = number.toString(16).padStart(2 * size, "0");
  return Uint8Array.from({ length: size }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

// Whether an authority's key made `signature` over `body`. `algorithm`: the content of the certificate's AlgorithmIdentifier.
export async function signedBy(info, algorithm, signature, body) {
  try {
    const [given, ...parameters] = elements(algorithm);
    const [kind, hash] = SIGNATURES[oid(expect(given, TAG.oid, "signature algorithm"))] ?? [];
    if (kind !== info.kind || !fits(kind, parameters)) return false;
    const name = kind === "EC" ? "ECDSA" : "RSASSA-PKCS1-v1_5";
    const key = await imported(info, kind === "EC" ? { name, namedCurve: info.curve } : { name, hash });
    const raw = kind === "EC" ? rawSignature(signature, info.size, false) : signature;
    return await crypto.subtle.verify({ name, hash }, key, raw, body);
  } catch (error) {
    if (error instanceof FormatError || error instanceof DOMException) return false;
    throw error;
  }
}

const fits = (kind, parameters) => (kind === "EC" ? !parameters.length : parameters.length === 1 && same(parameters[0].whole, [5, 0]));
