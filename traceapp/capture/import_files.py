"""Files dropped on the import page: kept while they are looked at and taken in, a slice a request."""

import time
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from traceapp.accounts.models import Organisation, User
from traceapp.capture.csv_columns import CsvRefused
from traceapp.capture.csv_preview import layout_of
from traceapp.capture.imports import Import, drafts
from traceapp.capture.layouts import LAYOUTS, Draft
from traceapp.capture.models import ImportFile, Source

MOST_BYTES = 100 * 1024 * 1024
KEPT = timedelta(days=1)
SLICE = 2.0  # seconds of taking rows in before a page answers
ERRORS_KEPT = 200


def path_of(file: ImportFile) -> Path:
    return Path(settings.DATA_DIR) / "imports" / f"{file.uid}.csv"


def keep(*, organisation: Organisation, member: User, upload: "UploadedFile[bytes]", every: str) -> ImportFile:
    """Store an upload and find its layout. CsvRefused, with a sentence, if it has none or cannot be stored."""
    if (upload.size or 0) > MOST_BYTES:
        raise CsvRefused(f"The file has {upload.size:,} bytes; at most {MOST_BYTES:,} are taken. Split it.")
    forget_old()
    name = (upload.name or "file")[:200]
    file = ImportFile(organisation=organisation, user=member, name=name, every=every or "day")
    path = path_of(file)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        file.layout = layout_of(path, name).name
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CsvRefused(f"The file could not be stored: {error.strerror}. Tell whoever runs this server.") from error
    except CsvRefused:
        path.unlink(missing_ok=True)
        raise
    file.save()
    return file


def take_some(*, file: ImportFile, member: User) -> ImportFile:
    """Take in rows from where the last slice ended, for about two seconds; each chunk moves `position` with it."""
    layout = LAYOUTS[file.layout]
    importer = Import(
        organisation=file.organisation, member=member, layout=layout, every=file.every, source=Source.FILE
    )
    coming = drafts(path_of(file), layout, file=file.name)
    for _ in range(file.position):
        next(coming, None)
    deadline = time.monotonic() + SLICE
    while True:
        chunk = list(islice(coming, importer.rows_at_once))
        with transaction.atomic():
            current = ImportFile.objects.select_for_update().get(pk=file.pk)
            if current.position != file.position or current.finished:
                return current  # another tab was faster
            good = [row for row in chunk if isinstance(row, Draft)]
            taken = importer.take_chunk(good)
            errors = [row for row in chunk if not isinstance(row, Draft)] + taken.errors
            file.position += len(chunk)
            file.stored += taken.stored
            file.bad += len({error.line for error in errors})
            rows = [{"line": error.line, "column": error.column, "why": error.why} for error in errors]
            file.errors = [*file.errors, *rows][:ERRORS_KEPT]
            if len(chunk) < importer.rows_at_once:
                file.finished = timezone.now()
            file.save()
        if file.finished:
            path_of(file).unlink(missing_ok=True)
        if file.finished or time.monotonic() > deadline:
            return file


def forget_old() -> None:
    """Remove files that nobody took in within a day."""
    for file in ImportFile.objects.filter(finished=None, created__lt=timezone.now() - KEPT):
        path_of(file).unlink(missing_ok=True)
        file.delete()
