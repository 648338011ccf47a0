"""What runs for long: services that need their topics, and the command that watches a cluster.

Each name is loaded when it is used: ``HealthMonitor`` only reads, and loads nothing that writes.
"""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:  # as in reconciler
    from reconciler.service.arguments import Topics
    from reconciler.service.ensure import ensure_topics
    from reconciler.service.health import HealthStatus, TopicHealth
    from reconciler.service.in_thread import ensure_topics_async
    from reconciler.service.monitor import HealthMonitor, ServiceHealth
    from reconciler.service.report import TopicsNotReady, TopicsReport

_MODULES = {
    "HealthMonitor": "monitor",
    "HealthStatus": "health",
    "ServiceHealth": "monitor",
    "TopicHealth": "health",
    "Topics": "arguments",
    "TopicsNotReady": "report",
    "TopicsReport": "report",
    "ensure_topics": "ensure",
    "ensure_topics_async": "in_thread",
}

__all__ = [
    "HealthMonitor",
    "HealthStatus",
    "ServiceHealth",
    "TopicHealth",
    "Topics",
    "TopicsNotReady",
    "TopicsReport",
    "ensure_topics",
    "ensure_topics_async",
]

if not TYPE_CHECKING:  # for mypy, any name would be there

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
