package io.shardline.consumer.internal.retrieve;

import java.util.List;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * The records of one shard from a cursor on, a batch for each demand, until the shard's end.
 *
 * <p>Nothing is read before the first demand. Confined to the consumer loop.
 */
public interface RecordSource {

    /** Opens sources of one kind. Called on the loop. */
    interface Factory {

        /** A source that has read nothing yet. */
        RecordSource open(ShardName shard, Cursor from, Sink sink);
    }

    /** Asks for one more batch. */
    void request();

    /** No read goes on behind the next so many Kinesis records before they are there, where the source can choose that. */
    void readAtMost(int records);

    /** The shard will go to another worker: what that one finds unread should be young. */
    void readSooner();

    /** Nothing comes after this. */
    void stop();

    /** Whether nothing comes any more, because it was stopped or because the shard has ended. */
    boolean isStopped();

    /** Stops, and returns a source that goes on elsewhere in the shard, at the same pace. */
    RecordSource restartFrom(Cursor elsewhere);

    /** Whether the last read, or so many of the last, failed. */
    boolean isFailing();

    /** In words, what has to happen before there is another batch. */
    String waitsFor();

    /** Takes what was read. Called on the loop. */
    public interface Sink {

        /** A read succeeded, with records or without; before anything else is said of it. */
        default void answered(ReadAnswer answer) {}

        /** Whether a fresh listing of the same stream shows the shard, as far as that was looked for. */
        default boolean isListed() {
            return false;
        }

        /** The service does not know the number to read from any more: reading goes on from the oldest record. */
        default void startsOver() {}

        /**
         * An answer has neither a next iterator nor children. Returns whether it is the shard's end by what else is known; if not,
         * it is a failed read.
         *
         * @param isNothingLeft whether it has no records and says that it is at the tip
         * @param sentNanos when it was asked for, with an iterator at or after the last record that was given
         */
        boolean claimsEnd(boolean isNothingLeft, long sentNanos);

        /** Whether the handler has nothing to do until the next batch is there. */
        boolean isStarving();

        /** A batch; what it holds must be released to the budget. No more comes until it is asked for. */
        void fetched(FetchedBatch batch);

        /** There is nothing after what was given already. The children may be missing from the answer. */
        void ended(List<ChildShard> children);

        /** A read failed and will be repeated. */
        void failed(Throwable failure, int inARow);
    }
}
