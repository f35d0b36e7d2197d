"""The process that writes a Parquet file: a head and groups of rows come in as lines of JSON, the file goes out."""

import json
import sys
from datetime import date
from typing import Any


def _kind(name: str) -> Any:
    import pyarrow as pa

    return {
        "text": pa.string(),
        "number": pa.float64(),
        "whole": pa.int64(),
        "day": pa.date32(),
        "moment": pa.timestamp("ms", "UTC"),
        "yes": pa.bool_(),
    }[name]


def main() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    head = json.loads(sys.stdin.readline())
    schema = pa.schema([(name, _kind(kind)) for name, kind in head["columns"]], metadata=head["metadata"])
    days = [at for at, (_, kind) in enumerate(head["columns"]) if kind == "day"]
    with pq.ParquetWriter(sys.stdout.buffer, schema, compression="zstd") as writer:
        for line in sys.stdin:
            columns = [list(column) for column in zip(*json.loads(line), strict=True)]
            for at in days:
                columns[at] = [None if day is None else date.fromisoformat(day) for day in columns[at]]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


if __name__ == "__main__":
    main()
