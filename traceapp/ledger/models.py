"""Records and what became of them. The packed disclosures are the record; every other column is derived."""

from typing import ClassVar

from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.times import rfc3339
from traceapp.ledger.copies import Attested, Document  # noqa: F401 (Django looks for models here)
from traceapp.ledger.fields import StoredBytes, StoredCount, StoredTime, StoredUuid
from traceapp.ledger.members import FormerIdentity, Identity, Person  # noqa: F401
from traceapp.ledger.outgoing import Call, Outgoing
from traceapp.ledger.oversight import Node, Verification  # noqa: F401 (Django looks for models here)


class RecordKind(models.TextChoices):
    EPCIS = "epcis", "Event"
    SENSOR = "sensor", "Device message"
    FORECAST = "forecast", "Forecast"
    MODEL = "model", "Model"


class Batch(Outgoing):
    """Records of one organisation and one kind under one root. Claimed, Endorsed, Sent, then Valid or Invalid."""

    id = models.CharField(primary_key=True, max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    kind = models.CharField(max_length=16, choices=RecordKind.choices)
    root = StoredBytes(max_length=32)
    size = models.PositiveIntegerField()
    leaves = StoredBytes(help_text="32 bytes a position, as they were anchored: names the row that changed.")
    time_from = models.DateTimeField()
    time_to = models.DateTimeField()
    evidenced = models.DateTimeField(null=True, help_text="When attestations were checked and kept.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["state", "claimed_until"],
                condition=~models.Q(state="invalid") & models.Q(evidenced=None),
                name="batches_with_work",
            ),
            models.Index(fields=["kind", "block", "id"], name="batches_as_anchored"),
            models.Index(fields=["organisation", "-created"], name="batches_newest_first"),
        ]

    def __str__(self) -> str:
        return f"batch {self.id[:8]} ({self.size} {self.kind}, {self.state})"

    @property
    def request(self) -> tuple[str, str]:
        wanted: Json = {
            "id": self.pk,
            "kind": self.kind,
            "root": bytes(self.root).hex(),
            "size": self.size,
            "from": rfc3339(self.time_from),
            "to": rfc3339(self.time_to),
        }
        return "record_batch", canonical(wanted).decode()


class Record(models.Model):
    """One leaf: an EPCIS event, a device message, a forecast or model statement.

    The public id is made of the leaf (`uid.uid_of`), so that a row cannot take another one's id unseen, and a row that
    vanished can still be named.
    """

    uid = StoredUuid(unique=True)
    kind = models.CharField(max_length=16, choices=RecordKind.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="records")
    visibility = models.PositiveSmallIntegerField(choices=Visibility.choices)
    disclosures = StoredBytes(help_text="Packed disclosures, one a line.")
    hidden = StoredBytes(default=b"", help_text="32-byte digests of disclosures that were erased.")
    leaf = StoredBytes(max_length=32)
    record_time = StoredTime()
    # DO_NOTHING and no constraint: a row or batch that vanishes must stay visible as missing, not drag others along.
    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="records"
    )
    position = StoredCount(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["batch", "position"]),
            models.Index(fields=["organisation", "kind", "-record_time"]),
            models.Index(fields=["kind", "organisation", "id"], condition=models.Q(batch=None), name="queued_records"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Reader(models.Model):
    """Another organisation that may read a record, and why (see `accounts.visibility`)."""

    record = models.ForeignKey(Record, on_delete=models.DO_NOTHING, db_constraint=False, related_name="readers")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    relation = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["record", "organisation"], name="one_reading_right_an_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} reads {self.record_id} as {self.relation}"


class Envelope(models.Model):
    """A signed transaction, kept before it is first sent: of a batch or of a call."""

    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="envelopes"
    )
    call = models.ForeignKey(
        Call, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="envelopes"
    )
    tx_id = models.CharField(max_length=64, unique=True)
    content = StoredBytes()
    code = models.IntegerField(null=True, help_text="peer.TxValidationCode once a block said it.")
    block = models.PositiveBigIntegerField(null=True)
    key_reference = models.CharField(max_length=100, blank=True, help_text="The key in the key store that signed it.")
    created = models.DateTimeField(auto_now_add=True)
    sent = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.tx_id[:8]


class Evidence(models.Model):
    """What organisations attest of a batch's transaction: fetched and checked once at commit, kept beside it."""

    batch = models.OneToOneField(
        Batch, on_delete=models.DO_NOTHING, db_constraint=False, related_name="evidence", primary_key=True
    )
    tx_id = models.CharField(max_length=64)
    block = models.PositiveBigIntegerField()
    attestation = StoredBytes(help_text="The `attestation` member of a proof bundle, canonical JSON.")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"evidence of {self.batch_id}"


class Checkpoint(models.Model):
    """How far a walk over the ledger's blocks has come; moves by compare-and-set."""

    name = models.CharField(primary_key=True, max_length=32)
    block = models.BigIntegerField(help_text="The last block covered.")
    block_hash = StoredBytes(max_length=32)
    genesis = StoredBytes(max_length=32)
    moved = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} at block {self.block}"


class Block(models.Model):
    """What the projection noted of a block, for the explorer. Proves nothing; can be made again from the ledger."""

    number = models.PositiveBigIntegerField(primary_key=True)
    header_hash = StoredBytes(max_length=32)
    previous_hash = StoredBytes(max_length=32)
    time = models.DateTimeField(null=True, help_text="Of its last transaction, as its client gave it.")
    transactions = models.JSONField(
        help_text='[{"txId", "code", "type", "mspId", "time", "batch": {"id", "kind", "size", "organisation"} or null}]'
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]

    def __str__(self) -> str:
        return f"block {self.number}"


class Heartbeat(models.Model):
    """That a daemon is alive, and what it last said of itself."""

    name = models.CharField(primary_key=True, max_length=32)
    pid = models.PositiveIntegerField()
    host = models.CharField(max_length=255)
    started = models.DateTimeField()
    beat = models.DateTimeField()
    height = models.PositiveBigIntegerField(null=True, help_text="Blocks on the ledger when it was last reached.")
    trouble = models.TextField(blank=True, help_text="Why it cannot go on, if it cannot; empty when all is well.")

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid} on {self.host})"


class Scrub(models.Model):
    """Where the slow walk that rechecks everything stands, and when it last came round."""

    name = models.CharField(primary_key=True, max_length=32)
    stage = models.CharField(max_length=16)
    cursor = models.CharField(max_length=64, blank=True)
    began = models.DateTimeField()
    finished = models.DateTimeField(null=True, help_text="The end of the last complete round.")
    finished_began = models.DateTimeField(null=True, help_text="The beginning of the last complete round.")
    records = models.PositiveBigIntegerField(default=0, help_text="Checked in this round.")

    def __str__(self) -> str:
        return f"{self.name}: {self.stage} from {self.cursor or 'the beginning'}"


class Finding(models.Model):
    """Something the ledger does not confirm: a row changed, dropped, added or swapped, or an index that lies."""

    class What(models.TextChoices):
        CHANGED = "changed", "Fields changed"
        SWAPPED = "swapped", "Rows swapped"
        COLUMNS = "columns", "Columns disagree with the fields"
        DROPPED = "dropped", "Record missing"
        ADDED = "added", "Record not on the ledger"
        INDEX = "index", "Index disagrees with the record"
        LEAVES = "leaves", "Stored leaves damaged"
        BATCH = "batch", "Batch row damaged"
        EVIDENCE = "evidence", "Attestations missing or damaged"
        NOT_STORED = "not-stored", "On the ledger, not stored"
        NOT_ON_LEDGER = "not-on-ledger", "Stored, not on the ledger"
        CHAIN = "chain", "Ledger disagrees with what was followed"
        CALL = "call", "Transaction disagrees with the ledger"
        DOCUMENT = "document", "Copy of a ledger document disagrees"
        PROJECTED = "projected", "Rows disagree with a ledger document"
        DERIVED = "derived", "Rows disagree with what they follow from"

    what = models.CharField(max_length=16, choices=What.choices)
    record_uid = models.UUIDField(null=True)
    record_pk = models.BigIntegerField(null=True)
    batch_id = models.CharField(max_length=64, blank=True)
    document = models.CharField(max_length=300, blank=True, help_text="A key of the ledger's state, or a call.")
    position = models.PositiveIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    message = models.TextField()
    found = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField(auto_now=True)
    resolved = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-found", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["batch_id"], condition=models.Q(resolved=None), name="open_findings"),
        ]

    def __str__(self) -> str:
        return self.message
