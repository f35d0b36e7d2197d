"""Devices in the field as they meet a real broker, and the intake's work in a thread beside it."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from traceapp.sensors.mqtt import Subscriber


class Field:
    """Devices that publish, and the answers they hear."""

    def __init__(self, broker):
        self.broker = broker
        self.clients = []
        self.heard = queue.Queue()

    def connect(self, logger):
        client = self.broker.client(logger.kid)
        client.on_message = lambda _, __, message: self.heard.put(json.loads(message.payload))
        self.subscribe(client, f"devices/{logger.kid}/answers")
        return client

    def subscribe(self, client, topic):
        """Also again, whenever it is connected again."""
        ready = threading.Event()
        client.on_subscribe = lambda *_: ready.set()
        client.on_connect = lambda *_: client.subscribe(topic, qos=1)
        client.connect("127.0.0.1", self.broker.port)
        client.loop_start()
        self.clients.append(client)
        assert ready.wait(20)

    def close(self):
        for client in self.clients:
            client.disconnect()
            client.loop_stop()


@contextmanager
def taking_in(broker, aside) -> Iterator[Subscriber]:
    """The intake, listening; ended at the end. `aside`: the fixture."""
    subscriber = Subscriber(broker.url, ca=str(broker.ca))
    thread = aside(subscriber.run)
    try:
        assert subscriber.subscribed.wait(20)
        yield subscriber
    finally:
        subscriber.stop.set()
        thread.outcome()
