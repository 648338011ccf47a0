"""What is known of topic configuration keys, and when two spellings of a value mean the same."""

from reconciler.configs.canonical import InvalidValue, canonical, same_value
from reconciler.configs.table import TOPIC_CONFIGS, TopicConfig, ValueType

__all__ = ["TOPIC_CONFIGS", "InvalidValue", "TopicConfig", "ValueType", "canonical", "same_value"]
