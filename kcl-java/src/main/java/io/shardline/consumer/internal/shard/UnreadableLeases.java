package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.runtime.internal.Logs;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;

/**
 * Leases whose rows cannot be read, so that their shards and what comes after them are not read until the rows are mended
 * (rule 29 of the lease protocol).
 *
 * <p>Confined to the consumer loop.
 */
public final class UnreadableLeases {

    private static final Logger log = Logs.of(UnreadableLeases.class);

    private final BiConsumer<String, String> told;
    private final Map<String, String> reasons = new TreeMap<>();

    /** @param told gets the key of each, and why, once */
    UnreadableLeases(BiConsumer<String, String> told) {
        this.told = told;
    }

    /**
     * The table was read after a stream's shards were listed.
     *
     * @param stream what its keys tell, see {@link LeaseKey#stream}
     * @param needed the keys of leases without which some listed shard is not read
     * @param unreadable what cannot be read in the table, and why
     * @return whether some are mended, or gone
     */
    boolean needed(String stream, Set<String> needed, Map<String, String> unreadable) {
        for (String key : needed) {
            String why = unreadable.get(key);
            if (why != null && !why.equals(reasons.put(key, why))) {
                log.error("shard={} is read by nobody, as its lease cannot be read: {}", key, why);
                told.accept(key, why);
            }
        }
        boolean isMended = retain(unreadable);
        reasons.keySet()
                .removeIf(key ->
                        !needed.contains(key) && LeaseKey.parse(key).stream().equals(stream));
        return isMended;
    }

    /** The table was read: of what was unreadable, only this is left. */
    public boolean retain(Map<String, String> unreadable) {
        return reasons.keySet().retainAll(unreadable.keySet());
    }

    /** Another worker looks after them. */
    public void forget() {
        reasons.clear();
    }

    /** Why, by key. */
    public ImmutableMap<String, String> reasons() {
        return ImmutableMap.copyOf(reasons);
    }
}
