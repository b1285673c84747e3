package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the whole fleet should look at; hints only, no safety depends on it, but for whose table it is.
 *
 * <p>Immutable.
 *
 * @param revision moves after every change of membership or of the set of leases
 * @param suspects sessions whose heartbeat stands still
 * @param planned whether one session plans for all; otherwise each plans for itself
 * @param claimedBy whose table it is: the stream of an application of one stream, or {@link #SEVERAL_STREAMS}; null where no
 *     worker that writes it down has started yet. Written once
 */
public record FleetRow(
        long revision,
        ImmutableSet<String> suspects,
        boolean planned,
        @Nullable String claimedBy) {

    /** The claim of an application of several streams; no stream has such a name. */
    public static final String SEVERAL_STREAMS = "*";

    /** The row before anybody wrote it. */
    public static final FleetRow EMPTY = new FleetRow(0, ImmutableSet.of());

    /** The row of a fleet in which each session plans for itself. */
    public FleetRow(long revision, ImmutableSet<String> suspects) {
        this(revision, suspects, false, null);
    }

    /** The same, after a change. */
    FleetRow moved(boolean isPlanned) {
        return new FleetRow(revision + 1, suspects, isPlanned, claimedBy);
    }

    /** The same with other suspects. */
    FleetRow suspecting(Set<String> sessions) {
        return new FleetRow(revision, ImmutableSet.copyOf(sessions), planned, claimedBy);
    }

    /** The same, of an application unless it is of one already. */
    FleetRow claimed(String application) {
        return claimedBy == null ? new FleetRow(revision, suspects, planned, application) : this;
    }
}
