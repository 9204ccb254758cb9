"""Files of counts that somebody has handed in."""

from django.db import models

from barrymore.organisation.models import Staff


class CountFile(models.Model):
    """One file: what it held and what became of it. The counts themselves are facts."""

    name = models.CharField(max_length=200)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    served = models.PositiveIntegerField()  # customers, of the rows that were new
    known = models.PositiveIntegerField()  # rows that an earlier file or call had told
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
