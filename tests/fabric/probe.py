"""A contract for trying the service on a real peer: `python -m tests.fabric.probe`, in the place of the true one."""

import json
import os
import signal
import threading

from chaincode.server import Server, Settings
from chaincode.traceability.errors import ContractError

COMPOSITE = "\x00probe\x00key\x00"  # where Fabric keeps composite keys


class Probe:
    """Every function takes JSON and returns JSON."""

    def invoke(self, ctx, function, args):
        return json.dumps(getattr(self, function)(ctx, *json.loads(args[0]))).encode()

    def put(self, ctx, prefix, number, size):
        for n in range(number):
            ctx.put_state(f"{prefix}{n:06d}", os.fsencode(f"{n}".rjust(size, "-")))
        ctx.put_state(COMPOSITE, b"composite")
        ctx.set_event("put", f"{number}".encode())
        return number

    def remove(self, ctx, prefix, number):
        for n in range(number):
            ctx.del_state(f"{prefix}{n:06d}")
        return number

    def lengths(self, ctx, prefix, number):
        found = ctx.get_state_multiple([f"{prefix}{n:06d}" for n in range(number)])
        return [None if value is None else len(value) for value in found]

    def count(self, ctx, start, end):
        keys = [key for key, _ in ctx.get_state_range(start, end)]
        return [len(keys), keys[:1], keys[-1:]]

    def count_and_put(self, ctx, start, end, key):
        found = self.count(ctx, start, end)
        ctx.put_state(key, b"written after a range was read")
        return found

    def first(self, ctx, start, end):
        return next(iter(ctx.get_state_range(start, end)))[0]

    def refuse(self, ctx, prefix):
        ctx.put_state(f"{prefix}refused", b"never")
        raise ContractError("forbidden", "so it is")

    def fail(self, ctx):
        raise RuntimeError("broken inside")

    def echo(self, ctx, text):
        return text


if __name__ == "__main__":
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = Server(Probe(), Settings.read(os.environ))
    server.start()
    ended.wait()
    server.stop()
