package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.runtime.internal.Logs;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Creates the leases that the reading of a stream begins with, together with the other workers that do so at the same time.
 *
 * <p>Each creates a part of them, and takes what of it he creates at once: the first shard is read long before the last has a
 * lease. Then it looks whether the others' are there; what has not become less since it last looked is for everybody.
 * Whoever meets another's creates no more before he has looked again. Confined to the consumer loop.
 */
final class RootLeases {

    private static final Logger log = Logs.of(RootLeases.class);

    /** The first time that others get for their part; twice as much each time that they make progress, up to a limit. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long MOST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final SessionKeeper.Setting setting;
    private final SharedScan scans;
    private final ShardSync.Target target;
    private final Owner owner;

    /** What has no lease, as far as is known; null before the first look. */
    private @Nullable Set<String> missing;

    private int missingAtFirst;

    /** Who must know. Called on the loop. */
    interface Owner {

        /** Every shard that reading begins with has a lease; so many had none at first. */
        void synced(int created);

        /** It must be done again with all shards that the stream still has, see {@link StreamListing#isComplete}. */
        void allShardsNeeded(Wanted wanted);

        /** It must all be done again, later. */
        void again(Throwable failure);

        /** It cannot be done. */
        void failed(ConsumerException why);
    }

    /**
     * What leases are made for.
     *
     * @param keyPrefix what the keys of the stream's leases begin with
     * @param start the checkpoint of a shard where reading begins
     * @param alone whether no other worker is going to create any
     */
    record Wanted(StreamListing listing, String keyPrefix, Checkpoint start, boolean alone) {

        Wanted with(StreamListing other) {
            return new Wanted(other, keyPrefix, start, alone);
        }
    }

    RootLeases(SessionKeeper.Setting setting, SharedScan scans, ShardSync.Target target, Owner owner) {
        this.setting = setting;
        this.scans = scans;
        this.target = target;
        this.owner = owner;
    }

    /** Creates what is missing. The leases are read after the shards: whoever made a lease for a listed shard is seen. */
    void create(Wanted wanted) {
        missing = null;
        look(wanted, PAUSE_NANOS);
    }

    /** Whether it is known that none of some shards will get a lease here that it does not have. */
    boolean isDoneWith(Collection<String> keys) {
        return missing != null && Collections.disjoint(missing, keys);
    }

    private void look(Wanted wanted, long pauseNanos) {
        scans.read(scan -> seen(wanted, scan, pauseNanos), owner::again);
    }

    private void seen(Wanted wanted, Scan scan, long pauseNanos) {
        if (isOfAnotherKind(scan.leases()) || isUnderOtherKeys(wanted, scan.leases())) {
            return;
        }
        if (scan.removed().contains(target.streamName())) {
            log.warn(
                    "stream={} was removed from the application and is not read until it is added",
                    target.streamName());
            owner.synced(0);
            return;
        }
        Map<String, ListedShard> listed = new LinkedHashMap<>();
        wanted.listing().all().forEach(shard -> listed.put(shard.id(), shard));
        List<Lease> leases = leasesOf(wanted, scan, listed);
        if (ShardSyncPlanner.needsAllShards(wanted.listing(), leases)) {
            owner.allShardsNeeded(wanted);
            return;
        }
        Set<String> needed = ShardSyncPlanner.needed(wanted.listing(), leases);
        if (target.unreadable().needed(wanted.keyPrefix(), needed, scan.unreadable())) {
            target.book().announceNewLeases();
        }
        List<Lease> plan = ShardSyncPlanner.plan(wanted.listing(), leases, wanted.start());
        boolean isForAll = wanted.alone() || (missing != null && plan.size() >= missing.size());
        if (missing == null) {
            missingAtFirst = plan.size();
            // Nobody needs to know whether this succeeds: there is always a next time.
            ShardSyncPlanner.finished(wanted.listing().all(), leases)
                    .forEach(lease -> setting.calls().hint(() -> setting.store().deleteLease(lease)));
        }
        Set<String> left = new LinkedHashSet<>();
        plan.forEach(lease -> left.add(lease.key()));
        missing = left;
        CreationTurns turns = turns(wanted, scan.sessions());
        List<Lease> now = plan.stream()
                .filter(lease -> isForAll || turns.of(lease.key()) == 0)
                .sorted(Comparator.comparingInt(lease -> turns.of(lease.key())))
                .toList();
        new LeaseCreation(setting, now, new Part(turns, left, () -> partDone(wanted, left, pauseNanos))).start();
    }

    private static List<Lease> leasesOf(Wanted wanted, Scan scan, Map<String, ListedShard> listed) {
        return Stream.concat(
                        scan.leases().stream(),
                        scan.unreadable().keySet().stream().map(RootLeases::ofUnknownState))
                .filter(lease -> LeaseKey.parse(lease.key()).stream().equals(wanted.keyPrefix()))
                .map(lease -> withParents(lease, listed.get(lease.key())))
                .toList();
    }

    /** In place of a row that cannot be read: its shard may be at any record, but for all that is known not at its end. */
    private static Lease ofUnknownState(String key) {
        return Lease.unowned(key, new Checkpoint.Unsettled(null), ImmutableSet.of(), null);
    }

    /** With the parents that are listed, if the row names none: not every library writes them. */
    private static Lease withParents(Lease lease, @Nullable ListedShard listed) {
        return listed == null || !lease.parents().isEmpty() ? lease : lease.withParents(listed.parents());
    }

    private CreationTurns turns(Wanted wanted, List<SessionRow> sessions) {
        String me = target.book().session().id();
        return CreationTurns.of(target.streamName(), wanted.listing().fromStart(), sessions, me == null ? "" : me);
    }

    private void partDone(Wanted wanted, Set<String> left, long pauseNanos) {
        if (left.isEmpty()) {
            owner.synced(missingAtFirst);
            return;
        }
        long spread = (long) (pauseNanos * setting.platform().random().nextDouble());
        setting.loop().schedule(pauseNanos + spread, () -> look(wanted, Math.min(2 * pauseNanos, MOST_PAUSE_NANOS)));
    }

    /** What is created after one look at the table. */
    private final class Part implements LeaseCreation.Listener {

        private final CreationTurns turns;
        private final Set<String> left;
        private final Runnable done;

        private Part(CreationTurns turns, Set<String> left, Runnable done) {
            this.turns = turns;
            this.left = left;
            this.done = done;
        }

        @Override
        public void created(Lease row) {
            left.remove(row.key());
            if (turns.of(row.key()) == 0) {
                target.book().takeCreated(row);
            }
        }

        @Override
        public boolean found(String key) {
            left.remove(key);
            return false;
        }

        @Override
        public void done() {
            done.run();
        }
    }

    /** KCL's keys hold whatever creation time it was told; with leases under both keys every record would be handled twice. */
    private boolean isUnderOtherKeys(Wanted wanted, List<Lease> leases) {
        Optional<LeaseKey> other = leases.stream()
                .filter(lease -> !lease.isEnded())
                .map(lease -> LeaseKey.parse(lease.key()))
                .filter(key -> target.streamName().equals(key.streamName())
                        && !key.stream().equals(wanted.keyPrefix()))
                .findFirst();
        other.ifPresent(key -> owner.failed(new ConsumerException(
                "the lease table has lease '" + key + "', but by the creation time of stream '" + target.streamName()
                        + "' its key is '" + new LeaseKey(wanted.keyPrefix(), key.shardId())
                        + "'; if it is of this stream, and KCL was told another creation time, copy its rows to those"
                        + " keys while nothing runs and delete the old ones; if it is of an earlier stream of that"
                        + " name, delete them",
                null)));
        return other.isPresent();
    }

    private boolean isOfAnotherKind(List<Lease> leases) {
        Optional<ConsumerException> otherKind = leases.stream()
                .flatMap(lease -> TableClaim.otherKind(lease.key(), target.ofSeveral()).stream())
                .findFirst();
        otherKind.ifPresent(owner::failed);
        return otherKind.isPresent();
    }
}
