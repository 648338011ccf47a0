"""A declarative GitOps reconciler for Apache Kafka topics."""

__version__ = "0.1.0"
