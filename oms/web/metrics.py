"""Figures for Prometheus: requests by route and status, their duration, and the state of the queues.

Where several web processes run, `PROMETHEUS_MULTIPROC_DIR` names the folder in which they add up.
"""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

requests = Counter(
    "counterfoil_requests_total", "Requests answered.", ("app", "endpoint", "method", "status")
)
seconds = Histogram(
    "counterfoil_request_seconds",
    "Time to an answer.",
    ("app",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_children: dict[tuple[str, str, str, str], Counter] = {}
_timers: dict[str, Histogram] = {}


def count_request(app: str, endpoint: str, method: str, status: str, took: float) -> None:
    """Count one request; `took` is in seconds. A method of somebody's invention counts as `OTHER`."""
    key = (app, endpoint, method if method in _METHODS else "OTHER", status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = requests.labels(*key)
    child.inc()
    timer = _timers.get(app)
    if timer is None:
        timer = _timers[app] = seconds.labels(app)
    timer.observe(took)


def exposition() -> tuple[bytes, str]:
    """Return all figures in Prometheus' text format, and its media type."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    return generate_latest(registry), CONTENT_TYPE_LATEST
