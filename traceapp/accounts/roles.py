"""What a person may do in an organisation."""

from django.db import models


class Role(models.TextChoices):
    SUPPLIER = "supplier", "Supplier"
    CARRIER = "carrier", "Carrier"
    RECEIVER = "receiver", "Receiver"
    ANALYST = "analyst", "Analyst"
    QUALITY = "quality", "Quality"
    TREASURER = "treasurer", "Treasurer"
    ADMIN = "admin", "Administrator"


# Who may write events. Analysts and quality staff read.
RECORDERS = frozenset({Role.SUPPLIER, Role.CARRIER, Role.RECEIVER, Role.ADMIN})

# Who may move money; each time with a second factor.
TREASURERS = frozenset({Role.TREASURER, Role.ADMIN})

# Who may train models, and vote on them.
TRAINERS = frozenset({Role.ANALYST, Role.ADMIN})
