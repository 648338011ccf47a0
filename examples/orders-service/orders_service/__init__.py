"""An example: prices orders that come through Kafka."""
