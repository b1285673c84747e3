package io.shardline.consumer.internal.dynamodb;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads items as rows of the lease protocol, and reports once of each what is strange about it.
 *
 * <p>Thread-safe.
 */
final class RowReader {

    private final String table;
    private final RowReports reports;

    RowReader(String table, RowReports reports) {
        this.table = table;
        this.reports = reports;
    }

    /** All rows of a table, sorted by key. */
    Scan scan(Collection<Item> items) {
        Map<String, Item> sorted = new TreeMap<>();
        items.forEach(item -> sorted.put(item.key(), item));
        List<FleetRow> fleet = new ArrayList<>(List.of(FleetRow.EMPTY));
        List<SessionRow> sessions = new ArrayList<>();
        List<Lease> leases = new ArrayList<>();
        List<StreamRow> streams = new ArrayList<>();
        Map<String, String> unreadable = new TreeMap<>();
        sorted.values().forEach(item -> {
            switch (readable(item, Rows::kindOf).orElse(Rows.Kind.OTHER)) {
                case LEASE -> addLease(item, leases, unreadable);
                case SESSION -> readable(item, Rows::session).ifPresent(sessions::add);
                case FLEET -> readable(item, Rows::fleet).ifPresent(fleet::add);
                case STREAM -> readable(item, Rows::stream).ifPresent(streams::add);
                case PLANNER -> {} // read by its key
                case OTHER -> reports.once(item.key(), "is not Shardline's and is left alone");
            }
        });
        return new Scan(
                fleet.get(fleet.size() - 1),
                sessions,
                leases,
                ImmutableList.copyOf(streams),
                ImmutableMap.copyOf(unreadable));
    }

    private void addLease(Item item, List<Lease> leases, Map<String, String> unreadable) {
        try {
            leases.add(lease(item));
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            unreadable.put(item.key(), why);
            skip(item, why);
        }
    }

    /** A lease row, with a report when it is not ours. */
    Lease lease(Item item) {
        if (!Printable.isPlain(item.key())) {
            throw item.malformed(
                    Attributes.KEY, "at most " + Printable.MAX_LENGTH + " characters, all of which can be printed");
        }
        Lease lease = Rows.lease(item);
        String owner = lease.owner();
        if (owner != null && ForeignOwner.parse(owner) != null && !lease.isEnded()) {
            reports.once(
                    item.key(),
                    "was last written by another program, which should be stopped: its owner is '"
                            + Printable.of(item.string(Attributes.OWNER)) + "'; it is taken if it does not move");
        }
        return lease;
    }

    /** The row, or a report and nothing. */
    <T> Optional<T> readable(Item item, Function<Item, T> reader) {
        try {
            return Optional.of(reader.apply(item));
        } catch (IllegalArgumentException e) {
            skip(item, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void skip(Item item, String why) {
        reports.once(item.key(), "cannot be read and is skipped: " + why);
    }

    /** The row, or an exception that names it. */
    <T> T required(Item item, Function<Item, T> reader) {
        return readable(item, reader)
                .orElseThrow(() -> new IllegalStateException(
                        "lease table '" + table + "': row '" + Printable.of(item.key()) + "' cannot be read"));
    }

    /** What a failed condition shows: the row, or null if it cannot be read. */
    <T> Function<Item, @Nullable T> before(Function<Item, T> reader) {
        return item -> readable(item, reader).orElse(null);
    }
}
