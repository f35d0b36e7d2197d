"""Figures for an operator, in Prometheus' text form. Rooms register a collector; this room knows no other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """One metric. `kind` is Prometheus' type: gauge or counter. Units belong in the name (`..._seconds`)."""

    name: str
    help: str
    samples: tuple[Sample, ...]
    kind: str = "gauge"


Collector = Callable[[], Iterable[Metric]]
_collectors: dict[str, Collector] = {}


def register(name: str, collector: Collector) -> None:
    """Have `collector` asked at every scrape. Call it from `AppConfig.ready`; the same name replaces."""
    _collectors[name] = collector


def collect() -> Iterable[Metric]:
    for collector in _collectors.values():
        yield from collector()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sorted(sample.labels.items()))
    return f"{name}{{{labels}}} {sample.value:g}" if labels else f"{name} {sample.value:g}"


def render(metrics: Iterable[Metric]) -> str:
    """The text exposition format, version 0.0.4."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {_escaped(metric.help)}", f"# TYPE {metric.name} {metric.kind}"]
        lines += [_line(metric.name, sample) for sample in metric.samples]
    return "\n".join(lines) + "\n"
