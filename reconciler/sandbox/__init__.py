"""A real Apache Kafka on this machine, without Docker: for tests, demos and experiments."""

from reconciler.sandbox.cluster import Broker, Sandbox, start

__all__ = ["Broker", "Sandbox", "start"]
