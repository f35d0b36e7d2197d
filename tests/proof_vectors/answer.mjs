// Reads lines of {"trust": base64}, numbered from 0, and {"bundle": base64, "by": number of a trust file}, and answers each
// bundle with the report of the page's verifier.
import { createInterface } from "node:readline";

const { TrustError, readTrust, verifyBundle } = await import(process.argv[2]);
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const trusts = [];

async function answer({ bundle, by }) {
  const steps = [];
  try {
    const trust = trusts[by];
    if (trust instanceof Error) throw trust;
    const started = performance.now();
    const report = await verifyBundle(bytes(bundle), trust, (step, holds) => steps.push([step, holds]));
    return { ...report, steps, milliseconds: performance.now() - started };
  } catch (error) {
    return { thrown: error instanceof TrustError ? "TrustError" : String(error.stack), message: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if ("bundle" in asked) process.stdout.write(`${JSON.stringify(await answer(asked))}\n`);
  else trusts.push(await readTrust(bytes(asked.trust)).catch((error) => error));
}
