"""A declarative GitOps reconciler for Apache Kafka topics."""
