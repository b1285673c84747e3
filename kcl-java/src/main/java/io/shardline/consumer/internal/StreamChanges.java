package io.shardline.consumer.internal;

import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.shard.StreamSyncs;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams that come and go while an application of several runs.
 *
 * <p>Confined to the consumer loop; futures complete on user-code threads.
 */
final class StreamChanges {

    /** How often a removal is written before it fails: each time another worker has written the stream down meanwhile. */
    private static final int MAX_REMOVALS = 3;

    private static final String FAILED = "the lease table did not answer when it was told of the removal of stream '";

    private final SessionKeeper.Setting leasing;
    private final StreamSyncs syncs;
    private final EventFeed events;
    private final Runnable changed;

    /** Who waits for a stream's leases. */
    private final ListMultimap<String, CompletableFuture<Void>> adding =
            MultimapBuilder.treeKeys().arrayListValues().build();

    /** Who waits for a stream's removal to be written down. */
    private final ListMultimap<String, CompletableFuture<Void>> removing =
            MultimapBuilder.treeKeys().arrayListValues().build();

    /** @param changed tells the fleet that what is to be read has changed */
    StreamChanges(SessionKeeper.Setting leasing, StreamSyncs syncs, EventFeed events, Runnable changed) {
        this.leasing = leasing;
        this.syncs = syncs;
        this.events = events;
        this.changed = changed;
    }

    void add(StreamConfig stream, CompletableFuture<Void> done) {
        adding.put(stream.streamName(), done);
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
        removing.put(streamName, done);
        syncs.remove(streamName);
        ended(streamName, new ConsumerException("stream '" + streamName + "' was removed", null));
        writeRemoved(streamName, 1);
    }

    private void writeRemoved(String streamName, int attempt) {
        write(streamName, true, row -> removed(streamName), noRow -> removeByItsLeases(streamName, attempt));
    }

    private void removed(String streamName) {
        finish(removing.removeAll(streamName), null);
        changed.run();
    }

    /** A stream of which another library has left leases may have been gone before it could be written down. */
    private void removeByItsLeases(String streamName, int attempt) {
        leasing.calls()
                .read(
                        leasing.store()::scan,
                        scan -> scan.leases().stream()
                                .map(lease -> LeaseKey.parse(lease.key()))
                                .filter(key -> streamName.equals(key.streamName()))
                                .findFirst()
                                .ifPresentOrElse(
                                        key -> registerRemoved(streamName, key, attempt),
                                        () -> notRemoved(
                                                streamName,
                                                "the application does not read a stream '" + streamName + "'",
                                                null)),
                        failure -> notRemoved(streamName, FAILED + streamName + "'", failure));
    }

    /** Writes the stream down as removed, unless another worker has just written it down as one that is read. */
    private void registerRemoved(String streamName, LeaseKey key, int attempt) {
        StreamRow removed =
                new StreamRow(streamName, key.streamCreated(), StartingPosition.Kind.TRIM_HORIZON, null, true);
        leasing.calls()
                .read(
                        () -> leasing.store().registerStream(removed),
                        result -> result.then(
                                row -> removed(streamName),
                                row -> again(streamName, attempt),
                                unknown -> notRemoved(streamName, FAILED + streamName + "': " + unknown, null)),
                        failure -> notRemoved(streamName, FAILED + streamName + "'", failure));
    }

    private void again(String streamName, int attempt) {
        if (attempt < MAX_REMOVALS) {
            writeRemoved(streamName, attempt + 1);
        } else {
            notRemoved(streamName, "stream '" + streamName + "' is written down and deleted by turns", null);
        }
    }

    private void notRemoved(String streamName, String why, @Nullable Throwable cause) {
        finish(removing.removeAll(streamName), new ConsumerException(why, cause));
    }

    private void write(
            String streamName, boolean removed, Consumer<StreamRow> written, Consumer<@Nullable StreamRow> refused) {
        leasing.calls()
                .write(
                        leasing.calls().ordinary(() -> leasing.store().setRemoved(streamName, removed)),
                        written,
                        refused);
    }

    /** A stream has its leases, or cannot be read. */
    void ended(String streamName, @Nullable ConsumerException failure) {
        finish(adding.removeAll(streamName), failure);
    }

    /** Nobody goes on. */
    void abandon(String why) {
        ConsumerException failure = new ConsumerException(why, null);
        finish(List.copyOf(adding.values()), failure);
        finish(List.copyOf(removing.values()), failure);
        adding.clear();
        removing.clear();
    }

    private void finish(Collection<CompletableFuture<Void>> futures, @Nullable ConsumerException failure) {
        for (CompletableFuture<Void> future : futures) {
            events.complete(() -> {
                if (failure == null) {
                    future.complete(null);
                } else {
                    future.completeExceptionally(failure);
                }
            });
        }
    }
}
