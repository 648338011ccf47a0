"""Topic config keys of Kafka: their types and ranges, units and other spellings, and when two values are equal."""

from reconciler.configs.canonical import InvalidValue, canonical, same_value
from reconciler.configs.meant import hint_for_key, hint_for_setting, hint_for_value, setting_meant
from reconciler.configs.spelling import expand
from reconciler.configs.table import CLIENT_SETTINGS, ONE_WAY, TOPIC_CONFIGS, TopicConfig, ValueType

__all__ = [
    "CLIENT_SETTINGS",
    "ONE_WAY",
    "TOPIC_CONFIGS",
    "InvalidValue",
    "TopicConfig",
    "ValueType",
    "canonical",
    "expand",
    "hint_for_key",
    "hint_for_setting",
    "hint_for_value",
    "same_value",
    "setting_meant",
]
