"""Products, lots and places, by their GS1 keys."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from traceapp.accounts.models import Organisation
from traceapp.epcis.identifiers import valid_gln, valid_gtin
from traceapp.web.validators import identifier_validator


class Product(models.Model):
    """A trade item. The organisation that owns the GTIN keeps its description."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="products")
    gtin = models.CharField("GTIN", max_length=14, unique=True, validators=[identifier_validator(valid_gtin)])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    brand = models.CharField(max_length=100, blank=True)
    origin = models.CharField(max_length=100, blank=True)
    allergens = models.CharField(max_length=200, blank=True)
    storage_min_c = models.DecimalField("keep above, °C", max_digits=5, decimal_places=1, null=True, blank=True)
    storage_max_c = models.DecimalField("keep below, °C", max_digits=5, decimal_places=1, null=True, blank=True)
    registered_by_name = models.BooleanField(
        default=False, help_text="Numbered by an import that knew it by name only."
    )
    created = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Lot(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField("batch or lot", max_length=20)
    best_before = models.DateField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["product", "number"], name="one_lot_number_a_product"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, lot {self.number}"


class Location(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="locations")
    gln = models.CharField("GLN", max_length=13, unique=True, validators=[identifier_validator(valid_gln)])
    name = models.CharField(max_length=200)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name, such as Europe/Berlin.")
    registered_by_name = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class VocabularyEntry(models.Model):
    """What an organisation says about an identifier in the master data of an EPCIS document, whole: any attribute, any
    vocabulary. Of GS1 keys only the owner's word is taken; of other identifiers each organisation keeps its own."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="vocabulary")
    vocabulary = models.CharField(max_length=500, help_text="URI of the vocabulary, such as ..:vtype:BusinessLocation")
    identifier = models.CharField(max_length=2000, help_text="As it was written.")
    key = models.BigIntegerField(help_text="Of its canonical form (`epcis.identifiers.key`).")
    entry = models.JSONField(help_text="The vocabulary element, as in EPCIS's JSON.")
    context = models.JSONField(default=dict, help_text="Prefixes that the entry uses.")
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "vocabulary", "organisation"], name="one_entry_an_identifier"),
        ]

    def __str__(self) -> str:
        return self.identifier


class VocabularyAttribute(models.Model):
    """One attribute of an entry, to be found by: its full name, and its value where that is a plain one."""

    entry = models.ForeignKey(VocabularyEntry, on_delete=models.CASCADE, related_name="told")
    name = models.CharField(max_length=300)
    value = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["name", "value"], name="attributes_by_value")]

    def __str__(self) -> str:
        return self.name
