package io.shardline.consumer.internal.shard;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseBook;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * Creates the leases that the shards of all streams of an application need.
 *
 * <p>The streams are those that this worker was told of, and those that it holds leases of because another worker was.
 * Confined to the consumer loop.
 */
public final class StreamSyncs {

    private final SessionKeeper.Setting setting;
    private final KinesisAsyncClient client;
    private final SharedScan scans;
    private final StreamChecks checks;
    private final ConsumerConfig config;
    private final LeaseBook book;
    private final Listener listener;
    private final UnreadableLeases unreadable;

    private final Map<String, ShardSync> byStream = new TreeMap<>();
    private final Set<String> synced = new TreeSet<>();
    private final Set<String> broken = new TreeSet<>();

    /** Who must know. Called on the loop. */
    public interface Listener {

        /** The leases of a stream are there, some of them since now. */
        void synced(String streamName, int created);

        /** A listed shard is read by nobody, as the row of its lease cannot be read; told once for each reason. */
        void unreadable(String leaseKey, String why);

        /** A stream cannot be read, and time does not mend it; told once, and it is left alone from then on. */
        void failed(String streamName, ConsumerException why);
    }

    public StreamSyncs(
            SessionKeeper.Setting setting,
            KinesisAsyncClient client,
            ConsumerConfig config,
            LeaseBook book,
            Listener listener) {
        this.setting = setting;
        this.client = client;
        this.scans = new SharedScan(setting);
        this.checks = new StreamChecks(setting, () -> book.session().id());
        this.config = config;
        this.book = book;
        this.listener = listener;
        this.unreadable = new UnreadableLeases(listener::unreadable);
        config.streams().forEach(this::add);
    }

    /** Makes sure that the lease table is this application's, and calls back if so. */
    public void claimTable(Runnable claimed) {
        String first = config.streams().get(0).streamName();
        new TableClaim(setting, first, config.isMultiStream(), new TableClaim.Listener() {
                    @Override
                    public void claimed() {
                        claimed.run();
                    }

                    @Override
                    public void refused(ConsumerException why) {
                        failed(first, why);
                    }
                })
                .check();
    }

    /** Lists the shards of every stream and creates what is missing. */
    public void run() {
        List<ShardSync> sound = byStream.entrySet().stream()
                .filter(sync -> !broken.contains(sync.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        sound.forEach(ShardSync::run);
    }

    /** The same for one stream, which is a new one or was broken. */
    public void run(StreamConfig stream) {
        remove(stream.streamName());
        add(stream).runNew();
    }

    /** Looks after all streams that the application reads, whoever has added them, and also if he has not come far. */
    public void lookAfter(Scan scan) {
        if (!config.isMultiStream()) {
            return;
        }
        Set<String> streams = new TreeSet<>();
        scan.leases().forEach(lease -> streams.add(streamOf(lease.key())));
        scan.streams().forEach(row -> streams.add(row.streamName()));
        streams.removeAll(scan.removed());
        streams.forEach(this::ofStream);
    }

    /** Leases of listed shards whose rows cannot be read. */
    public UnreadableLeases unreadable() {
        return unreadable;
    }

    /** One stream that is not looked after any more. */
    public void remove(String streamName) {
        byStream.remove(streamName);
        synced.remove(streamName);
        broken.remove(streamName);
    }

    /** Whether a parent of a lease's shard that has no lease by now is one that the application does not read. */
    public boolean hasRootsFor(Lease lease) {
        return of(lease.key()).isDoneWith(lease.parents());
    }

    /** Whether every stream has its leases, but for those that only the table tells of and that cannot be read. */
    public boolean isDone() {
        return byStream.keySet().stream().allMatch(this::isDone);
    }

    private boolean isDone(String stream) {
        return synced.contains(stream) || (broken.contains(stream) && !isConfigured(stream));
    }

    /** Whether the application's settings name the stream. */
    public boolean isConfigured(String stream) {
        return config.streams().stream().anyMatch(named -> named.streamName().equals(stream));
    }

    /** The service that an answer is awaited from, or null if it is the lease table. */
    public @Nullable String awaited() {
        return firstOfUndone(ShardSync::awaited);
    }

    /** Why the last call to Kinesis that failed did so, of a stream that is not done, or null if none has. */
    public @Nullable String lastFailure() {
        return firstOfUndone(ShardSync::lastFailure);
    }

    private @Nullable String firstOfUndone(Function<ShardSync, @Nullable String> what) {
        for (Map.Entry<String, ShardSync> sync : byStream.entrySet()) {
            String found = isDone(sync.getKey()) ? null : what.apply(sync.getValue());
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Creates the leases of a shard's children; they start at their beginning. */
    public void createChildren(Lease parent, List<ChildShard> children, Runnable created) {
        of(parent.key()).createChildren(parent, children, created);
    }

    /** Looks a lease's shard up in a fresh listing. Calls back if that succeeds. */
    public void lookUp(String leaseKey, Consumer<Listed> answer) {
        of(leaseKey).lookUp(LeaseKey.parse(leaseKey), answer);
    }

    /** How long a lease's stream keeps records, as it was last heard. */
    public Duration retention(String leaseKey) {
        return of(leaseKey).retention();
    }

    /** Finds out where a lease's shard begins, and after which parents, where its row does not tell. Calls back. */
    public void settle(Lease row, Consumer<Lease> settled) {
        of(row.key()).settle(row, settled);
    }

    /** Why a lease cannot be of an application such as this one, if so. */
    public Optional<ConsumerException> otherKind(String leaseKey) {
        return TableClaim.otherKind(leaseKey, config.isMultiStream());
    }

    /** The stream that a lease is of. */
    public String streamOf(String leaseKey) {
        String named = LeaseKey.parse(leaseKey).streamName();
        return named != null ? named : config.streams().get(0).streamName();
    }

    private ShardSync of(String leaseKey) {
        return ofStream(streamOf(leaseKey));
    }

    private ShardSync ofStream(String stream) {
        ShardSync known = byStream.get(stream);
        if (known != null) {
            return known;
        }
        // Another worker has added it: where its reading began is written down already.
        ShardSync added = add(new StreamConfig(stream, StartingPosition.trimHorizon()));
        added.run();
        return added;
    }

    private ShardSync add(StreamConfig stream) {
        String name = stream.streamName();
        return byStream.computeIfAbsent(
                name,
                key -> new ShardSync(
                        setting,
                        client,
                        scans,
                        new ShardSync.Target(
                                stream,
                                config.isMultiStream(),
                                book,
                                checks,
                                unreadable,
                                created -> {
                                    synced.add(name);
                                    listener.synced(name, created);
                                },
                                why -> failed(name, why))));
    }

    private void failed(String stream, ConsumerException why) {
        if (broken.add(stream)) {
            listener.failed(stream, why);
        }
    }
}
