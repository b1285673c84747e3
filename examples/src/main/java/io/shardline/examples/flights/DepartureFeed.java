package io.shardline.examples.flights;

import io.shardline.producer.Attempt;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Puts a file into a stream, departure after departure, so many at a time as may be unanswered.
 *
 * <p>The counters may be read by any thread; all else is confined to the thread that it is given.
 */
final class DepartureFeed {

    /**
     * The most departures that are put and not yet answered. So many of the longest fit into a producer's default memory
     * budget: {@code put} never has to wait for room.
     */
    static final int MOST_UNANSWERED = 10_000;

    /** No more than this part of a file is unanswered, or a small one would be put before the stream is resharded. */
    private static final int PARTS = 10;

    private final String stream;
    private final int window;
    private final DepartureFile file;
    private final ShardlineProducer producer;
    private final Executor thread;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final ConcurrentMap<Integer, Set<Copy>> wrongShard = new ConcurrentHashMap<>();

    private @Nullable DepartureReader reader;
    private int unanswered;
    private boolean atEnd;
    private volatile int put;
    private volatile @Nullable Throwable failure;

    DepartureFeed(String stream, DepartureFile file, ShardlineProducer producer, Executor thread) {
        this.stream = stream;
        this.window = Math.min(MOST_UNANSWERED, 1 + file.departures() / PARTS);
        this.file = file;
        this.producer = producer;
        this.thread = thread;
    }

    /** Begins to put. */
    void start() {
        thread.execute(this::fill);
    }

    /** Completes when every departure was put and answered; fails if the file cannot be read any more. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** How many departures were handed to the producer. */
    int put() {
        return put;
    }

    /** How many of them are in the stream by the service's word. */
    int acknowledged() {
        return acknowledged.get();
    }

    /** For each departure, the copies that were put again because they were in a wrong shard; of most there are none. */
    Map<Integer, Set<Copy>> wrongShard() {
        return wrongShard;
    }

    /** Why the latest one failed that the producer gave up, if there is one. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    private void fill() {
        if (done.isDone()) {
            return;
        }
        try {
            while (!atEnd && unanswered < window) {
                putNext();
            }
            if (atEnd && unanswered == 0) {
                done.complete(null);
            }
        } catch (IOException e) {
            done.completeExceptionally(InputException.unreadable(file.path(), e));
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    private void putNext() throws IOException {
        if (reader == null) {
            reader = DepartureReader.open(file.path());
        }
        Departure departure = reader.next();
        if ((departure == null) != (put == file.departures())) {
            throw new InputException(file.path() + ": has changed since it was checked");
        }
        if (departure == null) {
            reader.close();
            atEnd = true;
            return;
        }
        unanswered++;
        put = departure.number() + 1;
        producer.put(stream, UserRecord.of(departure.origin(), departure.toBytes()))
                .whenCompleteAsync((receipt, thrown) -> answered(departure.number(), receipt, thrown), thread);
    }

    private void answered(int number, @Nullable PutReceipt receipt, @Nullable Throwable thrown) {
        unanswered--;
        if (receipt != null) {
            receipt.failedAttempts().forEach(attempt -> noteCopy(number, attempt));
            acknowledged.incrementAndGet();
        } else {
            failure = thrown;
        }
        fill();
    }

    private void noteCopy(int number, Attempt failed) {
        if (failed.shardId() != null && failed.sequenceNumber() != null) {
            wrongShard
                    .computeIfAbsent(number, unknown -> new HashSet<>())
                    .add(new Copy(failed.shardId(), failed.sequenceNumber()));
        }
    }
}
