"""What each topic config key does, in a sentence or two: for the schemas in editors, and for the documentation.

Source: https://kafka.apache.org/documentation/#topicconfigs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "cleanup.policy": (
            "How old data is removed: `delete` removes segments by retention.ms and retention.bytes, `compact` "
            "keeps the last record of each key. A list uses both."
        ),
        "compression.gzip.level": (
            "The compression level if compression.type is gzip; -1 is the default level of gzip."
        ),
        "compression.lz4.level": "The compression level if compression.type is lz4.",
        "compression.type": (
            "The codec of stored records. `producer` keeps the codec of the producer; with any other value the "
            "broker compresses again what arrives with another codec."
        ),
        "compression.zstd.level": "The compression level if compression.type is zstd.",
        "delete.retention.ms": (
            "How long a compacted topic keeps delete markers (tombstones). A reader that needs longer to read "
            "from the start may miss deletes."
        ),
        "errors.deadletterqueue.group.enable": ("Whether share groups may use this topic as their dead letter queue."),
        "file.delete.delay.ms": "The delay before the files of a removed segment are deleted from disk.",
        "flush.messages": (
            "The number of records after which the log is flushed to disk. The default leaves flushing to the "
            "operating system; replication protects the data."
        ),
        "flush.ms": (
            "The time after which the log is flushed to disk. The default leaves flushing to the operating "
            "system; replication protects the data."
        ),
        "follower.replication.throttled.replicas": (
            "Follower replicas limited by follower.replication.throttled.rate. A list of [partition]:[broker], or "
            "* for all. Set by reassignment tools."
        ),
        "index.interval.bytes": "How many bytes of records are between two entries of the offset index.",
        "leader.replication.throttled.replicas": (
            "Leader replicas limited by leader.replication.throttled.rate. A list of [partition]:[broker], or * "
            "for all. Set by reassignment tools."
        ),
        "local.retention.bytes": (
            "With remote.storage.enable: how many bytes a partition keeps on local disks. -2 means the same as "
            "retention.bytes, -1 means no limit."
        ),
        "local.retention.ms": (
            "With remote.storage.enable: how long records stay on local disks. -2 means the same as retention.ms, "
            "-1 means no limit."
        ),
        "max.compaction.lag.ms": "The maximum time that a record of a compacted topic can stay uncompacted.",
        "max.decompressed.message.bytes": (
            "The largest record batch after decompression. Below the size of stored batches, compaction and "
            "lookups by timestamp fail."
        ),
        "max.message.bytes": (
            "The largest record batch, after compression. Raise max.request.size of the producers with it."
        ),
        "message.downconversion.enable": ("Whether records are converted for consumers with an older message format."),
        "message.format.version": "The version of the message format. Ignored by Kafka 3, removed in Kafka 4.",
        "message.timestamp.after.max.ms": (
            "How far the timestamp of a record may be ahead of the broker's clock. Records further ahead are "
            "rejected. Used with message.timestamp.type CreateTime."
        ),
        "message.timestamp.before.max.ms": (
            "How far the timestamp of a record may be behind the broker's clock. Older records are rejected. Used "
            "with message.timestamp.type CreateTime."
        ),
        "message.timestamp.difference.max.ms": (
            "The maximum difference between the broker's clock and the timestamp of a record. Larger ones are rejected."
        ),
        "message.timestamp.type": (
            "The timestamp of records: `CreateTime`, set by the producer, or `LogAppendTime`, set by the broker."
        ),
        "min.cleanable.dirty.ratio": (
            "The share of the log that must be uncompacted before compaction starts. Lower values compact more often."
        ),
        "min.compaction.lag.ms": "The minimum time that a record of a compacted topic stays uncompacted.",
        "min.insync.replicas": (
            "How many replicas must have a record before a producer with acks=all gets its acknowledgement. With "
            "fewer replicas in sync, such producers fail. Usually replication_factor minus 1."
        ),
        "preallocate": "Whether the file of a new segment is created in its full size.",
        "remote.copy.lag.bytes": (
            "With remote.storage.enable: how many bytes a segment stays local only before it is copied to remote "
            "storage."
        ),
        "remote.copy.lag.ms": (
            "With remote.storage.enable: how long a segment stays local only before it is copied to remote storage."
        ),
        "remote.log.copy.disable": (
            "With remote.storage.enable: stop copying to remote storage and keep reading from it."
        ),
        "remote.log.delete.on.disable": (
            "Delete the remote data when remote.storage.enable is turned off. It must be true to turn tiered "
            "storage off."
        ),
        "remote.storage.enable": (
            "Tiered storage: copy segments to remote storage. The cluster must support it, and cleanup.policy "
            "must be delete."
        ),
        "retention.bytes": (
            "How many bytes each partition keeps; older segments are deleted. -1 means no limit. The topic takes "
            "this times the number of partitions, on every replica. Used with cleanup.policy delete."
        ),
        "retention.ms": (
            "How long records are kept; older segments are deleted. -1 means no limit. Used with cleanup.policy delete."
        ),
        "segment.bytes": (
            "The size of a segment file. Retention and compaction work on whole segments, never on the one that "
            "is being written."
        ),
        "segment.index.bytes": "The size of the index of a segment.",
        "segment.jitter.ms": (
            "The maximum random time by which segment.ms is shortened, so that segments do not roll all at once."
        ),
        "segment.ms": "The time after which a new segment starts even if the old one is not full.",
        "unclean.leader.election.enable": (
            "Whether a replica that is not in sync can become leader when no other is left. Records that it lacks "
            "are lost."
        ),
    }
)
