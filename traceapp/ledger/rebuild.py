"""Copy the contract's documents anew from the ledger's blocks, and make every room's rows from them."""

from django.db import transaction

from traceapp.ledger import blocks, documents
from traceapp.ledger.copies import Document
from traceapp.ledger.models import Checkpoint
from traceapp.ledger.port import Ledger
from traceapp.ledger.projection import NAME


@transaction.atomic
def rebuild(ledger: Ledger) -> int:
    """From the first block to where the projection stands, in one transaction. Returns how many documents there are."""
    checkpoint = Checkpoint.objects.select_for_update().get(pk=NAME)
    Document.objects.all().delete()
    for event in ledger.block_events(0, timeout=0):
        if event.number > checkpoint.block:
            break
        for position, one in enumerate(blocks.transactions(event, ledger.chaincode)):
            documents.note(one, event.number, position)
    return Document.objects.count()
