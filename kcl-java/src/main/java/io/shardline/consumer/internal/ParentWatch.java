package io.shardline.consumer.internal;

import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.Timing;
import io.shardline.consumer.internal.shard.StreamSyncs;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds out for shards whether their parents are handled to their end, and has those that wait for it ask again.
 *
 * <p>Confined to the consumer loop.
 */
final class ParentWatch {

    /**
     * How soon a child looks for its parents' ends again: a share of the time it has waited, as the second parent of a merge
     * mostly ends soon after the first, at another worker.
     */
    private static final long PAUSE_SHARE = 4;

    private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final SessionKeeper.Setting leasing;
    private final Timing timing;
    private final StreamSyncs syncs;
    private final Consumer<String> again;
    private final Set<String> waiting = new LinkedHashSet<>();

    /** @param again gets the key of a lease for which it is time to ask again */
    ParentWatch(SessionKeeper.Setting leasing, Timing timing, StreamSyncs syncs, Consumer<String> again) {
        this.leasing = leasing;
        this.timing = timing;
        this.syncs = syncs;
        this.again = again;
    }

    void whetherParentsEnded(Lease lease, long waitedNanos, Consumer<Boolean> answer) {
        // A parent without a lease is one that the application does not read, but only once all roots have theirs:
        // while another worker creates them, one may be missing yet.
        boolean rootsAreThere = syncs.hasRootsFor(lease);
        leasing.calls()
                .read(
                        () -> leasing.store().readLeases(lease.parents()),
                        parents -> {
                            boolean complete = rootsAreThere
                                    || parents.size() == lease.parents().size();
                            boolean ended = complete && parents.stream().allMatch(Lease::isEnded);
                            answer.accept(ended);
                            if (!ended) {
                                long pause = Math.max(LEAST_PAUSE_NANOS, waitedNanos / PAUSE_SHARE);
                                askAgain(lease.key(), Math.min(pause, timing.leaseNanos()));
                            }
                        },
                        failure -> askAgain(lease.key(), timing.beatNanos()));
    }

    private void askAgain(String key, long delayNanos) {
        if (waiting.add(key)) {
            leasing.loop().schedule(delayNanos, () -> {
                waiting.remove(key);
                again.accept(key);
            });
        }
    }
}
