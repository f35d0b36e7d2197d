"""The form of a subscription: which events, where to, when."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from traceapp.commitments.times import rfc3339
from traceapp.epcis.formats import EpcFormat
from traceapp.query import parse
from traceapp.query.errors import QueryError
from traceapp.query.subscriptions import destination
from traceapp.query.subscriptions.service import SubscriptionError

_TOPIC = "topic:"
STREAM, SCHEDULE = "stream", "schedule"
_PLAIN = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
_FORMATS = [
    (EpcFormat.NO_PREFERENCE.value, _("As they were captured")),
    (EpcFormat.DIGITAL_LINK.value, _("As GS1 Digital Links")),
    (EpcFormat.URN.value, _("As EPC URNs")),
]
_FIELD_OF = {
    **{"dest": "dest", "signatureToken": "secret", "initialRecordTime": "since", "schedule": "hour", "stream": "when"},
    **{"schedule.hour": "hour", "schedule.minute": "minute", "schedule.dayOfWeek": "day_of_week"},
}


def _text(label: Any, help_text: Any, length: int = 60, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={**_PLAIN, **attributes})
    return forms.CharField(label=label, help_text=help_text, max_length=length, required=False, widget=widget)


class SubscriptionForm(forms.Form):
    """`query` names a query that there is; without one `name` and `conditions` define another."""

    query = forms.ChoiceField(label=_("Events of"), required=False)
    name = _text(_("Name of the new query"), _("Such as goods out."), length=200)
    conditions = forms.CharField(
        label=_("Conditions of the new query"),
        required=False,
        max_length=8000,
        help_text=_("One a line, such as EQ_bizStep=shipping|receiving. None: every event that you may see."),
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 4}),
    )
    dest = forms.CharField(
        label=_("Send to"),
        max_length=2000,
        help_text=_("An address of your system that takes a POST. Begins with https://."),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    secret = _text(
        _("Secret"), _("It signs what is sent. Leave it empty, and one is drawn and shown to you once."), length=500
    )
    when = forms.ChoiceField(
        label=_("When"),
        choices=[(STREAM, _("As events come on to the ledger")), (SCHEDULE, _("At set times"))],
        widget=forms.RadioSelect,
        initial=STREAM,
    )
    day_of_week = _text(_("Weekdays"), _("1 is Monday: [1-5], or 1,4. Empty: every day."))
    hour = _text(_("Hours"), _("UTC: 6, or [8-17], or 6,18."))
    minute = _text(_("Minutes"), _("0, or 0/15 for every quarter. Empty: on the hour."))
    report_if_empty = forms.BooleanField(label=_("At set times, say so when nothing came"), required=False)
    since = forms.DateTimeField(
        label=_("Begin with events recorded since"),
        required=False,
        help_text=_("UTC. Empty: from now on."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    epc_format = forms.ChoiceField(label=_("Write identifiers"), choices=_FORMATS, required=False)

    def __init__(
        self, *args: Any, names: Iterable[str] = (), topics: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._names = list(names)
        choices: list[Any] = [("", _("a new query")), *((name, name) for name in self._names)]
        choices += [(f"{_TOPIC}{name}", title) for name, title in (topics or {}).items()]
        self.fields["query"].choices = choices  # type: ignore[attr-defined]

    def topic(self) -> str:
        """What it is about, where it is of no query."""
        chosen = str(self.cleaned_data.get("query", ""))
        is_one = chosen.startswith(_TOPIC) and chosen not in self._names
        return chosen.removeprefix(_TOPIC) if is_one else ""

    def clean_dest(self) -> str:
        try:
            destination.read(self.cleaned_data["dest"], settings.SUBSCRIPTIONS_PRIVATE_HOSTS)
        except destination.DestinationError as error:
            raise forms.ValidationError(f"{error}.") from error
        return str(self.cleaned_data["dest"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("query") and not values.get("name") and "name" not in self.errors:
            self.add_error("name", _("Give it a name, or choose a query that there is."))
        if values.get("when") == SCHEDULE and self.topic():
            self.add_error("when", _("This comes as it happens."))
        elif values.get("when") == SCHEDULE and not any(values.get(name) for name in ("hour", "minute", "day_of_week")):
            self.add_error("hour", _("Say at which hours."))
        return values

    def definition(self) -> dict[str, str]:
        """The conditions as parameters of a query. QueryError."""
        lines = [line.strip() for line in self.cleaned_data["conditions"].splitlines() if line.strip()]
        pairs = []
        for line in lines:
            name, mark, value = line.partition("=")
            if not mark:
                raise QueryError(line[:60], "a name, =, and a value are expected")
            pairs.append((name.strip(), value.strip()))
        return parse.from_pairs(pairs)

    def given(self, secret: str) -> Mapping[str, Any]:
        """The subscription as its interface takes it."""
        values = self.cleaned_data
        found: dict[str, Any] = {"dest": values["dest"], "signatureToken": secret}
        if values["when"] == SCHEDULE:
            told = {"hour": values["hour"], "minute": values["minute"], "dayOfWeek": values["day_of_week"]}
            found["schedule"] = {name: text for name, text in told.items() if text}
            found["reportIfEmpty"] = values["report_if_empty"]
        else:
            found["stream"] = True
        if values["since"]:
            found["initialRecordTime"] = rfc3339(values["since"])
        return found

    def show(self, error: SubscriptionError) -> None:
        """A refusal under the field that it is about."""
        self.add_error(_FIELD_OF.get(error.member), error.why)
