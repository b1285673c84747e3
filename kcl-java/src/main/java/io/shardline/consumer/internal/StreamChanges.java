package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.shard.StreamSyncs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams that come and go while an application of several runs.
 *
 * <p>Confined to the consumer loop; futures complete on user-code threads.
 */
final class StreamChanges {

    private final SessionKeeper.Setting leasing;
    private final StreamSyncs syncs;
    private final EventFeed events;
    private final Runnable changed;

    /** Who waits for a stream's leases. */
    private final Map<String, CompletableFuture<Void>> adding = new TreeMap<>();

    /** Those, and who waits for a stream to be removed. */
    private final List<CompletableFuture<Void>> open = new ArrayList<>();

    /** @param changed tells the fleet that what is to be read has changed */
    StreamChanges(SessionKeeper.Setting leasing, StreamSyncs syncs, EventFeed events, Runnable changed) {
        this.leasing = leasing;
        this.syncs = syncs;
        this.events = events;
        this.changed = changed;
    }

    void add(StreamConfig stream, CompletableFuture<Void> done) {
        remember(done);
        CompletableFuture<Void> before = adding.put(stream.streamName(), done);
        if (before != null) {
            finish(before, new ConsumerException("stream '" + stream.streamName() + "' was added again", null));
        }
        write(
                stream.streamName(),
                false,
                row -> {
                    syncs.run(stream);
                    changed.run(); // it may have leases already, which nobody holds
                },
                noRow -> syncs.run(stream));
    }

    void remove(String streamName, CompletableFuture<Void> done) {
        remember(done);
        syncs.remove(streamName);
        ended(streamName, new ConsumerException("stream '" + streamName + "' was removed", null));
        write(
                streamName,
                true,
                row -> {
                    finish(done, null);
                    changed.run();
                },
                row -> finish(
                        done,
                        new ConsumerException("the application does not read a stream '" + streamName + "'", null)));
    }

    private void write(
            String streamName, boolean removed, Consumer<StreamRow> written, Consumer<@Nullable StreamRow> refused) {
        leasing.calls()
                .write(
                        leasing.calls().ordinary(() -> leasing.store().removeStream(streamName, removed)),
                        written,
                        refused);
    }

    /** A stream has its leases, or cannot be read. */
    void ended(String streamName, @Nullable ConsumerException failure) {
        CompletableFuture<Void> added = adding.remove(streamName);
        if (added != null) {
            finish(added, failure);
        }
    }

    /** Nobody goes on. */
    void abandon(String why) {
        List.copyOf(open).forEach(future -> finish(future, new ConsumerException(why, null)));
    }

    private void remember(CompletableFuture<Void> future) {
        open.removeIf(CompletableFuture::isDone);
        open.add(future);
    }

    private void finish(CompletableFuture<Void> future, @Nullable ConsumerException failure) {
        events.complete(() -> {
            if (failure == null) {
                future.complete(null);
            } else {
                future.completeExceptionally(failure);
            }
        });
    }
}
