package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.StreamContents.count;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.ConsumerState;
import io.shardline.consumer.RecordContext;
import io.shardline.consumer.RecordHandler;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.consumer.StartingPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that runs in a test, from the beginning of a stream on, and knows what its handler has done.
 *
 * <p>It is an application of its own, with a lease table in memory. Thread-safe.
 */
public final class TestConsumer implements AutoCloseable {

    /** How long it may take to start, to handle everything and to close; much longer than it takes, for busy machines. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Reads per second of a shard; one less than the service allows, so that a test may read too. */
    private static final double READS_PER_SECOND = 4;

    private final TestKinesis kinesis;
    private final String streamName;
    private final ShardlineConsumer consumer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final Set<Place> handled = new HashSet<>();
    private final Map<Place, Failure> failing = new LinkedHashMap<>();
    private boolean failuresAreTold;

    /** A user record's place in the stream. */
    private record Place(String shardId, String sequenceNumber, long subSequenceNumber) {
        static Place of(ConsumerRecord record) {
            return new Place(record.shardId(), record.sequenceNumber(), record.subSequenceNumber());
        }

        static Place of(StoredUserRecord record) {
            return new Place(record.shardId(), record.sequenceNumber(), record.subSequenceNumber());
        }
    }

    /** What the handler threw when it last was given a record. */
    private record Failure(ConsumerRecord record, int attempt, Throwable thrown) {
        @Override
        public String toString() {
            return "the handler failed on " + record + " at attempt " + attempt + ": " + thrown;
        }
    }

    private TestConsumer(TestKinesis kinesis, String streamName, RecordHandler handler) {
        this.kinesis = kinesis;
        this.streamName = streamName;
        this.consumer = kinesis.consumerBuilder()
                .config(ConsumerConfig.builder("test", streamName, StartingPosition.trimHorizon())
                        .readsPerSecondBehind(READS_PER_SECOND)
                        .readsPerSecondAtTip(READS_PER_SECOND)
                        .build())
                .recordHandler((record, context) -> handle(handler, record, context))
                .build();
    }

    static TestConsumer start(TestKinesis kinesis, String streamName, RecordHandler handler) {
        TestConsumer started = new TestConsumer(kinesis, streamName, handler);
        try {
            started.consumer.start().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return started;
        } catch (ExecutionException e) {
            started.close();
            throw new ConsumerException("a consumer of '" + streamName + "' cannot start", e.getCause());
        } catch (TimeoutException e) {
            started.close();
            throw new ConsumerException("a consumer of '" + streamName + "' has not started after " + PATIENCE, e);
        } catch (InterruptedException e) {
            started.close();
            Thread.currentThread().interrupt();
            throw new ConsumerException("interrupted while a consumer of '" + streamName + "' started", e);
        }
    }

    private void handle(RecordHandler handler, ConsumerRecord record, RecordContext context) throws Exception {
        try {
            handler.handle(record, context);
        } catch (Throwable thrown) {
            note(() -> failing.put(Place.of(record), new Failure(record, context.attempt(), thrown)));
            throw thrown;
        }
        note(() -> {
            failing.remove(Place.of(record));
            handled.add(Place.of(record));
            progress.signalAll();
        });
    }

    private void note(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** The consumer itself. */
    public ShardlineConsumer consumer() {
        return consumer;
    }

    /** As {@link #awaitAllHandled(Duration)} with 30 seconds. */
    public void awaitAllHandled() {
        awaitAllHandled(PATIENCE);
    }

    /**
     * Waits until the handler has returned from every user record that is stored now, no longer than {@code limit}.
     *
     * @throws AssertionError if it has not, saying which records are left, and what the handler threw if it did
     */
    public void awaitAllHandled(Duration limit) {
        List<StoredUserRecord> stored = kinesis.userRecords(streamName);
        lock.lock();
        try {
            long nanosLeft = limit.toNanos();
            int done = handledFrom(0, stored);
            while (nanosLeft > 0 && done < stored.size()) {
                nanosLeft = progress.awaitNanos(nanosLeft);
                done = handledFrom(done, stored);
            }
            if (done < stored.size()) {
                throw unhandled(stored, limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for records to be handled", e);
        } finally {
            lock.unlock();
        }
    }

    /** The index of the first record that is not handled, beginning the search at one before which all are. */
    private int handledFrom(int index, List<StoredUserRecord> stored) {
        int first = index;
        while (first < stored.size() && handled.contains(Place.of(stored.get(first)))) {
            first++;
        }
        return first;
    }

    private AssertionError unhandled(List<StoredUserRecord> stored, Duration limit) {
        List<StoredUserRecord> left = stored.stream()
                .filter(record -> !handled.contains(Place.of(record)))
                .toList();
        StringBuilder message = new StringBuilder("After " + limit + " the handler has not returned from "
                + left.size() + " of " + count(stored.size(), "user record") + " in stream '" + streamName
                + "', the first of which is\n  " + left.get(0));
        Throwable cause = null;
        failuresAreTold = true;
        for (Failure failure : failing.values()) {
            message.append("\n").append(failure);
            cause = cause == null ? failure.thrown() : cause;
        }
        if (consumer.state() != ConsumerState.RUNNING) {
            message.append("\nthe consumer is ").append(consumer.state());
        }
        return new AssertionError(message.toString(), cause);
    }

    /** Stops the consumer; a second call does nothing. */
    @Override
    public void close() {
        consumer.close(PATIENCE);
    }

    /** What is wrong with it now that it is closed. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        note(() -> {
            if (!failuresAreTold) {
                failing.values().forEach(failure -> problems.add(new Problem(failure.toString(), failure.thrown())));
            }
        });
        if (consumer.state() != ConsumerState.STOPPED) {
            problems.add(new Problem("a consumer of '" + streamName + "' is " + consumer.state(), null));
        }
        return problems;
    }

    /** Something unfinished. Immutable. */
    record Problem(String text, @Nullable Throwable cause) {}
}
