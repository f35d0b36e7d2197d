"""Documents of the state: typed in memory, canonical JSON on the ledger."""

from dataclasses import dataclass

from chaincode.traceability.canonical import canonical, parse


@dataclass(frozen=True)
class Batch:
    """A commitment to `size` records of one kind. `from_time` and `to_time` span their record times.

    `organisation` and `msp_id` come from the recorder's certificate, `recorded_at` is the transaction's time.
    """

    id: str
    kind: str
    root: str
    size: int
    from_time: str
    to_time: str
    organisation: str
    msp_id: str
    recorded_at: str

    def encode(self) -> bytes:
        """As it lies on the ledger."""
        return canonical(
            {
                "docType": "batch",
                "id": self.id,
                "kind": self.kind,
                "root": self.root,
                "size": self.size,
                "from": self.from_time,
                "to": self.to_time,
                "organisation": self.organisation,
                "mspId": self.msp_id,
                "recordedAt": self.recorded_at,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> "Batch":
        """Read what `encode` wrote. KeyError or ValueError: the state was not written by this contract."""
        found = parse(data.decode())
        if not isinstance(found, dict) or found.get("docType") != "batch":
            raise ValueError("not a batch document")
        text = {name: str(found[name]) for name in ("id", "kind", "root", "from", "to", "organisation", "mspId")}
        size = found["size"]
        if not isinstance(size, int):
            raise ValueError("size is not an integer")
        return cls(
            id=text["id"],
            kind=text["kind"],
            root=text["root"],
            size=size,
            from_time=text["from"],
            to_time=text["to"],
            organisation=text["organisation"],
            msp_id=text["mspId"],
            recorded_at=str(found["recordedAt"]),
        )
