"""Schemas of messages that kafka-python has no classes for, in the form that Apache Kafka publishes them in.

Without descriptions, and without versions and fields that are not asked for. Kafka's own:
https://github.com/apache/kafka/tree/trunk/clients/src/main/resources/common/message
"""
