// Reads lines of {"bundle": base64, "trust": base64} and answers each with the report of the page's verifier.
import { createInterface } from "node:readline";

const { TrustError, readTrust, verifyBundle } = await import(process.argv[2]);
const trusts = new Map();

async function answer({ bundle, trust }) {
  const steps = [];
  try {
    if (!trusts.has(trust)) trusts.set(trust, await readTrust(new Uint8Array(Buffer.from(trust, "base64"))));
    const started = performance.now();
    const report = await verifyBundle(new Uint8Array(Buffer.from(bundle, "base64")), trusts.get(trust), (step, holds) => steps.push([step, holds]));
    return { ...report, steps, milliseconds: performance.now() - started };
  } catch (error) {
    return { thrown: error instanceof TrustError ? "TrustError" : String(error.stack), message: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
