"""Kafka's error codes by what they ask of topic administration: written by hand, not read from the table under test.

Sources: ``org.apache.kafka.common.protocol.Errors`` with the hierarchy of its exceptions, and what topic
administration adds to it (a topic that exists already is no failure, nor is a reassignment that was over before it was
cancelled).
"""

from __future__ import annotations

PASSES = (-1, 3, 5, 6, 7, 8, 9, 11, 13, 14, 15, 16, 41, 55, 56, 60, 72, 77, 89, 100)
"""Worth another try."""
FATAL_FOR_TOPIC = (17, 29, 30, 37, 38, 39, 40, 42, 44, 86, 91, 92)
FATAL_FOR_RUN = (31, 33, 34, 35, 54, 58, 73)
"""Every further request would be refused alike."""
EXPECTED = (36, 85)
MAY_HAVE_HAPPENED = (-1, 7, 13)
"""The request may have been carried out all the same."""
