"""Capture jobs, and the index that finds events again. Jobs are facts of ours; everything else here is derived.

The committed disclosures of `ledger.Record` are the record; rows of `Event`, `EventKey`, `Link` and `Naming` can be
rebuilt from them (`kinds.py`). They point at records without a constraint, so that a record that vanishes leaves its
index behind and is shown as missing instead of not being shown at all.
"""

import uuid
from typing import ClassVar

from django.db import models

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.visibility import Visibility
from traceapp.ledger.fields import StoredTime
from traceapp.ledger.models import Record

EVENT_ID_LENGTH = 1000


class Source(models.TextChoices):
    """The door an event came through."""

    REST = "rest", "EPCIS capture interface"
    FORM = "form", "Web form"
    FILE = "file", "File dropped on the import page"
    IMPORT = "import", "Import command"


class Behaviour(models.TextChoices):
    """What an error in one event does to the others of its document."""

    ROLLBACK = "rollback", "All or nothing"
    PROCEED = "proceed", "As many as possible"


class CaptureJob(models.Model):
    """One document taken in, or one form sent: what became of it, as EPCIS 2.0 section 12 describes a capture job.

    `running` and `success` together tell the four states of the standard. With rollback a document is stored whole or
    not at all, in one transaction; with proceed, slice by slice.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="capture_jobs")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=8, choices=Source.choices)
    idempotency_key = models.CharField(
        max_length=220, help_text="`key:` and what the client sent, or `body:` and the SHA-256 of the document."
    )
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the document as received, hex.")
    behaviour = models.CharField(max_length=8, choices=Behaviour.choices, default=Behaviour.ROLLBACK)
    running = models.BooleanField(default=True)
    success = models.BooleanField(default=True)
    interrupted = models.BooleanField(default=False, help_text="The process that worked on it ended.")
    position = models.PositiveIntegerField(default=0, help_text="Events dealt with so far.")
    touched = models.DateTimeField(auto_now=True, help_text="A job at work that was not touched for long is forsaken.")
    events = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0, help_text="Events that were stored before with the same content.")
    records = models.JSONField(default=list, help_text="Primary keys of the records, in the document's order.")
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list, help_text="What was taken in, but may not be meant: path and detail.")
    receipt = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "idempotency_key"], name="one_job_a_key"),
        ]

    def __str__(self) -> str:
        return f"capture job {self.uid}"


class Event(models.Model):
    """One EPCIS event as lists and look-ups need it."""

    record = models.OneToOneField(
        Record, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="event"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    visibility = models.PositiveSmallIntegerField(choices=Visibility.choices, help_text="Outlives a dropped record.")
    event_id = models.CharField(max_length=EVENT_ID_LENGTH)
    is_error_declaration = models.BooleanField(default=False)
    type = models.CharField(max_length=200, help_text="Bare, or the full name of a type of somebody's own.")
    time = StoredTime()
    offset = models.CharField(max_length=6)
    action = models.CharField(max_length=8, blank=True)
    biz_step = models.CharField(max_length=200, blank=True)
    disposition = models.CharField(max_length=200, blank=True)
    biz_location = models.BigIntegerField(null=True)
    read_point = models.BigIntegerField(null=True)
    record_time = StoredTime()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two organisations may both capture an event that they share; one organisation stores it once.
            models.UniqueConstraint(
                fields=["organisation", "event_id", "is_error_declaration"], name="one_event_an_identity"
            ),
        ]
        # Each ends with the record, so that a query reads any of them in the order of its answer.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "-time"]),
            models.Index(fields=["organisation", "record"], name="events_of_whom"),
            models.Index(fields=["visibility", "record"], name="events_for_whom"),
            models.Index(fields=["type", "record"], name="events_by_type"),
            models.Index(fields=["action", "record"], name="events_by_action"),
            models.Index(fields=["biz_step", "record"], name="events_by_step"),
            models.Index(fields=["disposition", "record"], name="events_by_disposition"),
            models.Index(fields=["time", "record"], name="events_by_time"),
            models.Index(fields=["record_time", "record"], name="events_by_record_time"),
        ]

    def __str__(self) -> str:
        return self.event_id


class KeyRole(models.IntegerChoices):
    """What an identifier, or a term, is to an event. The last two are derived from the others."""

    EPC = 1
    CLASS = 2
    PARENT = 3
    CHILD = 4
    INPUT = 5
    OUTPUT = 6
    PLACE = 7
    READ_POINT = 8
    PARTY = 9
    TRANSACTION = 10
    # Terms of queries (`terms.py`).
    EVENT_ID = 11
    TRANSFORMATION = 12
    SOURCE = 13  # with its type
    DESTINATION = 14  # with its type
    PERSISTENT = 15  # disposition, set or unset
    ERROR = 16  # that it is declared wrong, why, and by what it is corrected
    FIELD = 17  # a field that is there: of an extension, of a sensor
    VALUE = 18  # and its value
    NUMBER = 19  # a number or moment, its key in the order of numbers (`numbers.py`)
    PRODUCT = 20  # the GTIN of a lot or item
    LOT_OF_ITEM = 21  # the lot that an item belongs to, where the event says so


GOODS_ROLES = frozenset(range(KeyRole.EPC, KeyRole.OUTPUT + 1))


class EventKey(models.Model):
    """An identifier in an event, as the 8-byte key of its canonical form (`epcis.identifiers.key`)."""

    record = models.ForeignKey(Record, on_delete=models.DO_NOTHING, db_constraint=False, related_name="keys")
    key = models.BigIntegerField()
    role = models.PositiveSmallIntegerField(choices=KeyRole.choices)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["key", "role", "record"])]

    def __str__(self) -> str:
        return f"{self.key} as {self.get_role_display()}"


class LinkAction(models.IntegerChoices):
    PACK = 1
    UNPACK = 2
    SEEN = 3  # observed packed: holds at that moment
    INTO = 4  # transformed


class Link(models.Model):
    """Goods that became, or went into, other goods. `source` 0 on an UNPACK means everything inside.

    A transformation is a node of its own between its inputs and outputs, so that n inputs and m outputs make n + m
    rows. When packed goods were inside is worked out on reading, so rows may come in any order.
    """

    record = models.ForeignKey(Record, on_delete=models.DO_NOTHING, db_constraint=False, related_name="links")
    organisation = models.ForeignKey(Organisation, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    source = models.BigIntegerField()
    target = models.BigIntegerField()
    time = models.DateTimeField()
    action = models.PositiveSmallIntegerField(choices=LinkAction.choices)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["source"]), models.Index(fields=["target"])]

    def __str__(self) -> str:
        return f"{self.source} to {self.target}"


class Naming(models.Model):
    """`by` named `organisation` as a party to events of the goods `key`; see `chain.py` for what follows from it.

    A root is whoever may name first: the owner of the GTIN where we know it, else who recorded the goods first.
    """

    key = models.BigIntegerField()
    by = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    root = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "by", "organisation"], name="one_naming"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} names {self.organisation_id} for {self.key}"


class ImportFile(models.Model):
    """A CSV that a member dropped on the import page; kept until it is taken in or a day has passed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=200)
    layout = models.CharField(max_length=16)
    every = models.CharField(max_length=8, default="day")
    rows = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0, help_text="Rows taken in so far.")
    stored = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, help_text="The first errors found while taking rows in.")
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
