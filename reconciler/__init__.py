"""A declarative GitOps reconciler for Apache Kafka topics.

``ensure_topics`` is what a service calls when it starts. Importing this package loads nothing else.
"""

from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:  # as in typing, whose import takes longer than all of this
    from reconciler.model import TopicSpec
    from reconciler.service import TopicsNotReady, TopicsReport, ensure_topics, ensure_topics_async

__all__ = ["TopicSpec", "TopicsNotReady", "TopicsReport", "__version__", "ensure_topics", "ensure_topics_async"]

_ROOMS = {
    "TopicSpec": "reconciler.model",
    **dict.fromkeys(("TopicsNotReady", "TopicsReport", "ensure_topics", "ensure_topics_async"), "reconciler.service"),
}

if not TYPE_CHECKING:  # for mypy, any name would be there

    def __getattr__(name: str) -> object:
        if name not in _ROOMS:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
