"""Who sees what. Every list, count, page, export and proof asks this module and no other."""

from django.db import models


class Visibility(models.IntegerChoices):
    """The widest audience of a record; each field may have a narrower one."""

    PRIVATE = 0, "Only us"
    PARTIES = 1, "The parties named in it"
    CHAIN = 2, "Everyone who held the goods"
    PUBLIC = 3, "Everyone"
