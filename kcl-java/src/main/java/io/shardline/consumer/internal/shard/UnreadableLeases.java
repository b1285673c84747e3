package io.shardline.consumer.internal.shard;

import com.google.common.collect.ImmutableMap;
import io.shardline.runtime.internal.Logs;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;

/**
 * Leases of listed shards whose rows cannot be read, so that nobody reads the shards until somebody mends the rows.
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
     * @param listed the keys of the shards' leases
     * @param unreadable what cannot be read in the table, and why
     * @return whether some are mended, or gone
     */
    boolean listed(Collection<String> listed, Map<String, String> unreadable) {
        for (String key : listed) {
            String why = unreadable.get(key);
            if (why != null && !why.equals(reasons.put(key, why))) {
                log.error("shard={} is read by nobody, as its lease cannot be read: {}", key, why);
                told.accept(key, why);
            }
        }
        return retain(unreadable);
    }

    /** The table was read: of what was unreadable, only this is left. */
    public boolean retain(Map<String, String> unreadable) {
        return reasons.keySet().retainAll(unreadable.keySet());
    }

    /** Why, by key. */
    public ImmutableMap<String, String> reasons() {
        return ImmutableMap.copyOf(reasons);
    }
}
