package io.shardline.examples.tools;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerListener;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Prints what a worker does: time, worker, what happened, and to what.
 *
 * <p>Thread-safe.
 */
final class EventLog implements ConsumerListener {

    private final PrintStream err;
    private final InstantSource clock;
    private final String worker;

    EventLog(PrintStream err, InstantSource clock, String worker) {
        this.err = err;
        this.clock = clock;
        this.worker = worker;
    }

    @Override
    public void on(ConsumerEvent event) {
        boolean isRoutine =
                event instanceof ConsumerEvent.BatchHandled || event instanceof ConsumerEvent.CheckpointWritten;
        if (!isRoutine && !(event instanceof ConsumerEvent.ConsumerFailed)) { // that is the program's last line
            say(describe(event));
        }
    }

    /** Prints a line of the same shape. */
    void say(String what) {
        Instant now = clock.instant();
        err.println(now + " worker=" + worker + " " + what);
    }

    private static String describe(ConsumerEvent event) {
        if (event instanceof ConsumerEvent.SessionStarted started) {
            return "session-started session=" + started.session();
        }
        if (event instanceof ConsumerEvent.SessionOver over) {
            return "session-over session=" + over.session() + " why=" + over.why();
        }
        if (event instanceof ConsumerEvent.LeaseTaken taken) {
            return "lease-taken shard=" + taken.shardId() + " token=" + taken.fencingToken();
        }
        if (event instanceof ConsumerEvent.LeaseLost lost) {
            return "lease-lost shard=" + lost.shardId() + " why=" + lost.why();
        }
        if (event instanceof ConsumerEvent.LeaseGiven given) {
            return "lease-handed-over shard=" + given.shardId() + " to="
                    + (given.to().isEmpty() ? "nobody" : given.to());
        }
        if (event instanceof ConsumerEvent.ShardStarted started) {
            return "shard-started shard=" + started.shardId();
        }
        if (event instanceof ConsumerEvent.ShardEnded ended) {
            return "shard-ended shard=" + ended.shardId();
        }
        if (event instanceof ConsumerEvent.RetrievalSwitched switched) {
            return "retrieval-switched stream=" + switched.streamName() + " to="
                    + (switched.isFanOut() ? "fan-out" : "polling") + " why=" + switched.why();
        }
        return "event " + event; // something went wrong, and the event says all of it
    }
}
