"""What a run with --cancel-reassignments takes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.errors import Location
from reconciler.model import DesiredState, LiveState, LiveTopic, Move, Plan, Safe, Source, TopicSpec, changes_of
from reconciler.plan.cancellation import back_moves, cancellation, cancellation_notes

PLACE = Location("topics.yaml", 4, 9)
GROWS, SHRINKS, BALANCES = Move(0, (1,), (1, 2, 3)), Move(1, (2, 3), (2,)), Move(2, (1, 2), (3, 1))


def planned(in_flight: Mapping[str, Sequence[Move]], *listed: str) -> Plan:
    specs = tuple(
        TopicSpec(
            name=name,
            replication_factor=3,
            partitions=6,
            config={"retention.ms": "1"},
            sources={"replication_factor": Source("topic", PLACE)},
        )
        for name in listed
    )
    live = {name: LiveTopic(name=name, partitions=3, replication_factor=2) for name in in_flight}
    moves = {name: {move.partition: move for move in of} for name, of in in_flight.items()}
    return cancellation(DesiredState(topics=specs), LiveState(cluster_id="x", brokers=3, topics=live), moves)


def test_a_change_leads_from_the_number_to_come_to_the_number_there_was() -> None:
    [topic] = planned({"a": [GROWS]}, "a").topics
    assert topic.desired.replication_factor == 1
    # The rest of the manifest is not applied.
    assert (topic.desired.partitions, topic.desired.config) == (None, {})
    [change] = changes_of(topic)
    assert (change.field, change.before, change.after, change.origin) == ("replication_factor", 3, 1, PLACE)
    assert list(back_moves(topic)) == [Move(0, (1, 2, 3), (1,))]


def test_moves_that_keep_the_number_of_replicas_go_on() -> None:
    [topic] = planned({"a": [BALANCES, SHRINKS, GROWS], "b": [BALANCES]}, "a", "b").topics
    assert topic.name == "a"
    assert list(back_moves(topic)) == [Move(0, (1, 2, 3), (1,)), Move(1, (2,), (2, 3))]


def test_topics_that_the_manifest_does_not_list_go_on() -> None:
    assert planned({"a": [GROWS]}, "b").topics == []


def test_many_partitions_are_listed_in_part_and_all_in_the_moves() -> None:
    [topic] = planned({"a": [Move(partition, (1,), (1, 2)) for partition in range(7)]}, "a").topics
    assert len(back_moves(topic)) == 7
    [change] = changes_of(topic)
    assert isinstance(change.decision, Safe)
    assert (change.decision.note or "").endswith("; partition 4 goes back to broker 1; and 2 more partitions")


def test_the_note_counts_what_is_taken_back_or_says_that_there_is_nothing() -> None:
    [told] = cancellation_notes(planned({"a": [GROWS, SHRINKS]}, "a"))
    assert told.message == "this run takes back the reassignment of 2 partitions of 1 topic, and applies nothing else"
    assert told.hint == "change replication_factor in the manifest too, or the next apply begins again"
    [told] = cancellation_notes(planned({}))
    assert (told.code, told.hint) == ("nothing-to-cancel", None)
