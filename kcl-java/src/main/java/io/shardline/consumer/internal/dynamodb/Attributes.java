package io.shardline.consumer.internal.dynamodb;

/**
 * The names in the table: KCL's on lease rows, so that a table can go from it to us and back, and our own. {@code
 * docs/lease-protocol.md} says what each means.
 *
 * <p>Immutable.
 */
final class Attributes {

    /** The hash key of the table, of every kind of row. */
    static final String KEY = "leaseKey";

    /** What kind of row it is. A lease that KCL before 3.5 wrote has none. */
    static final String ENTITY = "entityType";

    static final String LEASE = "LEASE";
    static final String SESSION = "SHARDLINE_WORKER";
    static final String FLEET = "SHARDLINE_FLEET";
    static final String STREAM = "SHARDLINE_STREAM";
    static final String PLANNER = "SHARDLINE_PLANNER";

    // Lease rows, KCL's names.
    static final String OWNER = "leaseOwner";
    static final String COUNTER = "leaseCounter";
    static final String OWNER_SWITCHES = "ownerSwitchesSinceCheckpoint";
    static final String CHECKPOINT = "checkpoint";
    static final String CHECKPOINT_SUB = "checkpointSubSequenceNumber";
    static final String CHECKPOINT_OWNER = "checkpointOwner";
    static final String PENDING = "pendingCheckpoint";
    static final String PENDING_SUB = "pendingCheckpointSubSequenceNumber";
    static final String PENDING_STATE = "pendingCheckpointState";
    static final String PARENTS = "parentShardId";

    /** The parents where zio-kinesis writes them. */
    static final String PARENTS_ELSEWHERE = "parentShardIds";

    static final String RANGE_START = "startingHashKey";
    static final String RANGE_END = "endingHashKey";

    /** With {@link #STREAM_NAME} on the lease rows of an application of several streams. */
    static final String SHARD_ID = "shardId";

    static final String SHARD_END = "SHARD_END";

    // Lease rows, ours. KCL's updates name the attributes they change, so these survive them.
    static final String OUR_OWNER = "slOwner";
    static final String OUR_COUNTER = "slCounter";
    static final String OUR_START_AT = "slStartAt";

    /** Where nothing of a shard was handled, and its children begin where it did. Survives the shard's end. */
    static final String OUR_START_FOR_CHILDREN = "slStartForChildren";

    /** Where such a child begins. Its checkpoint is TRIM_HORIZON: KCL reads LATEST as now, and would skip what came before that. */
    static final String OUR_CHILD_START_AT = "slChildStartAt";

    static final String OUR_TIP_READ_AT = "slTipReadAt";

    /** On a checkpoint TRIM_HORIZON that was NULL: it means the starting position of the configuration. */
    static final String OUR_UNSETTLED = "slUnsettled";

    // Session rows.
    static final String WORKER_ID = "workerId";
    static final String MOST_LEASES = "mostLeases";
    static final String STATE = "state";
    static final String ALIVE = "ALIVE";
    static final String DEAD = "DEAD";
    static final String LEAVING = "leaving";
    static final String HEARTBEAT = "heartbeat";
    static final String LEASE_MILLIS = "leaseMs";
    static final String JUDGE_MILLIS = "judgeMs";
    static final String BEAT_MILLIS = "beatMs";
    static final String LEASES = "leases";
    static final String ASKS = "asks";
    static final String INBOX = "inbox";
    static final String DEAD_BY = "deadBy";
    static final String HEIR = "heir";

    /** Only on the rows of workers that read a stream automatically. */
    static final String PRESSURE = "pressure";

    // The fleet row.
    static final String REVISION = "rev";
    static final String SUSPECTS = "suspects";
    static final String PLANNED = "planned";

    /** In place of {@link #STREAM_NAME}, which versions that make no such claim take for that of another application. */
    static final String SEVERAL_STREAMS = "severalStreams";

    // The stream rows.
    static final String STREAM_NAME = "streamName";
    static final String STREAM_CREATED = "created";
    static final String STREAM_FROM = "from";
    static final String STREAM_START_AT = "startAt";
    static final String STREAM_REMOVED = "removed";
    static final String STREAM_ACCOUNT = "account";
    static final String STREAM_RETENTION = "retentionHours";

    /** How often a worker has asked the service and found the stream. */
    static final String STREAM_CHECKS = "checks";

    // Only where a stream is read automatically.
    static final String RETRIEVAL = "retrieval";
    static final String POLLING = "POLLING";
    static final String FAN_OUT = "FAN_OUT";
    static final String RETRIEVAL_SINCE = "retrievalSince";
    static final String RETRIEVAL_WHY = "retrievalWhy";
    static final String RETRIEVAL_STAY_MILLIS = "retrievalStayMs";
    static final String RETRIEVAL_OURS = "retrievalOurs";
    static final String RETRIEVAL_TURN = "retrievalTurn";

    private Attributes() {}
}
