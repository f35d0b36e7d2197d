"""Devices in the field that measure all the time, and keep each message until its answer says that it was taken."""

import threading
from collections.abc import Callable, Mapping

from tests.sensors_world import field_device
from traceapp.sensors.simulation import Uplink


class Fleet:
    """One thread a device. `uplinks`: how each is connected, made in its thread. Sets hold (kid, seq)."""

    def __init__(self, uplinks: Mapping[str, Callable[[], Uplink]]) -> None:
        self.ended = threading.Event()
        self.signed: set[tuple[str, int]] = set()
        self.taken: set[tuple[str, int]] = set()
        self.wrong: list[str] = []
        self.threads = [threading.Thread(target=self._measure, args=one, daemon=True) for one in uplinks.items()]

    def __enter__(self) -> "Fleet":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self.ended.set()
        if failed:
            return
        for thread in self.threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in self.threads), "devices have messages that nobody takes"
        assert not self.wrong, self.wrong

    def _measure(self, kid: str, connect: Callable[[], Uplink]) -> None:
        device, uplink = field_device(kid), connect()
        buffer: dict[str, int] = {}
        while buffer or not self.ended.is_set():
            if not self.ended.is_set() and len(buffer) < 100:
                for _ in range(5):
                    message = device.message([4.0, 4.1])
                    buffer[message] = device.seq
                    self.signed.add((kid, device.seq))
            for message, said in uplink.send(list(buffer)).items():
                if said not in ("stored", "repeated"):
                    self.wrong.append(said)
                self.taken.add((kid, buffer.pop(message)))
            self.ended.wait(0.02)  # a device's own pause between two uploads
        if hasattr(uplink, "close"):
            uplink.close()
