package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.Position;
import io.shardline.consumer.ShardContext;
import org.jspecify.annotations.Nullable;

/**
 * The user's handler as the consumer sees it, for one tenure of one shard.
 *
 * <p>Called on user-code threads, one call at a time.
 */
public interface ShardProcessor {

    void started(ShardContext context) throws Exception;

    /** Handles what the run has left, and stops early when the run may not go on. */
    void process(BatchRun run) throws Exception;

    /** How many records it was about that {@link #process} threw, counted from the first that is not handled. */
    int failed(BatchRun run);

    void shutdownRequested() throws Exception;

    void shardEnded() throws Exception;

    void leaseLost();

    /** Whether the handler hears of start, end, hand-over and loss of its shard. If not, those calls are left out. */
    boolean hasLifeCycle();

    /** Whether progress is written down without the user's help. */
    boolean checkpointsItself();

    /** What the processor for one tenure is made from. */
    interface Factory {
        ShardProcessor create(Tenure tenure);
    }

    /** What a processor may know of the tenure that it is for. */
    interface Tenure {
        ShardContext context();

        boolean isHeld();

        /** For processors whose checkpoints are the user's. */
        io.shardline.consumer.Checkpointer checkpointer();

        /**
         * The calling thread begins to give records to the handler.
         *
         * @param end where they end: the last of them, or behind it if others follow that are not for the handler
         */
        void callBegins(Position lastRecord, Position end);

        /** The handler has returned or thrown. */
        void callEnds();

        /** See {@link ConsumerConfig.Builder#maxBatchRecords}. */
        int maxBatchRecords();
    }

    /** The two kinds of handlers, of which one is given. */
    static Factory factory(
            io.shardline.consumer.@Nullable RecordHandler recordHandler,
            io.shardline.consumer.@Nullable ShardHandlerFactory shardHandlers) {
        if (recordHandler != null) {
            return tenure -> new RecordHandlerProcessor(recordHandler, tenure);
        }
        if (shardHandlers != null) {
            return tenure -> new ShardHandlerProcessor(shardHandlers, tenure);
        }
        throw new IllegalArgumentException("a consumer needs a record handler or a shard handler");
    }
}
