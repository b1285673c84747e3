package io.shardline.consumer;

import com.google.common.collect.ImmutableSortedMap;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The settings of a lease table in DynamoDB: its name, how it is created when it is missing, and how long calls may take.
 *
 * <p>All workers of an application should use the same settings. Immutable.
 */
public final class DynamoDbTable {

    /** DynamoDB's rule for table names. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");

    /** DynamoDB's limits for tags. */
    private static final int MOST_TAGS = 50;

    private static final int MOST_TAG_KEY_LENGTH = 128;
    private static final int MOST_TAG_VALUE_LENGTH = 256;

    private static final Duration LEAST_CALL_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MOST_CALL_TIMEOUT = Duration.ofSeconds(10);

    private final String tableName;
    private final Map<String, String> tags;
    private final boolean deletionProtectionEnabled;
    private final boolean pointInTimeRecoveryEnabled;
    private final Duration callTimeout;

    private DynamoDbTable(Builder builder) {
        tableName = builder.tableName;
        tags = ImmutableSortedMap.copyOf(builder.tags);
        deletionProtectionEnabled = builder.deletionProtectionEnabled;
        pointInTimeRecoveryEnabled = builder.pointInTimeRecoveryEnabled;
        callTimeout = builder.callTimeout;
    }

    /**
     * A builder, with the one setting that has no default.
     *
     * @param tableName 3 to 255 letters, digits, {@code _}, {@code .} or {@code -}; the application's name is a good choice,
     *     and the name that KCL gives its table
     */
    public static Builder builder(String tableName) {
        return new Builder(tableName);
    }

    /** The table's name. */
    public String tableName() {
        return tableName;
    }

    /** The tags of a table that is created, sorted by key. */
    public Map<String, String> tags() {
        return tags;
    }

    public boolean deletionProtectionEnabled() {
        return deletionProtectionEnabled;
    }

    public boolean pointInTimeRecoveryEnabled() {
        return pointInTimeRecoveryEnabled;
    }

    public Duration callTimeout() {
        return callTimeout;
    }

    /** All settings. */
    @Override
    public String toString() {
        return "DynamoDbTable[tableName=" + tableName
                + ", tags=" + tags
                + ", deletionProtectionEnabled=" + deletionProtectionEnabled
                + ", pointInTimeRecoveryEnabled=" + pointInTimeRecoveryEnabled
                + ", callTimeout=" + callTimeout
                + "]";
    }

    /** Collects settings; {@link #build} checks them. Confined to one thread. */
    public static final class Builder {

        private final String tableName;
        private final Map<String, String> tags = new TreeMap<>();
        private boolean deletionProtectionEnabled;
        private boolean pointInTimeRecoveryEnabled;
        private Duration callTimeout = Duration.ofSeconds(1);

        private Builder(String tableName) {
            this.tableName = tableName;
        }

        /**
         * Adds a tag, 50 at most, to a table that is created. Default: none. An existing table keeps the tags it has.
         *
         * <p>Change it when tables must carry tags, for example for costs.
         */
        public Builder tag(String key, String value) {
            tags.put(key, value);
            return this;
        }

        /**
         * Whether a table that is created is protected from deletion. Default false.
         *
         * <p>Change it when the checkpoints of a production table must not be deleted by mistake.
         */
        public Builder deletionProtectionEnabled(boolean enabled) {
            deletionProtectionEnabled = enabled;
            return this;
        }

        /**
         * Whether the table can be restored to any second of the last 35 days, which the service charges for. Default false.
         * False leaves an existing table as it is; true switches it on there too, unless it is on. Where it cannot be switched on
         * the log says so, and the consumer starts.
         *
         * <p>Change it when checkpoints must survive a mistake, and their loss would cost more than the backups.
         */
        public Builder pointInTimeRecoveryEnabled(boolean enabled) {
            pointInTimeRecoveryEnabled = enabled;
            return this;
        }

        /**
         * How long a read or write of a few rows may take before it is sent again. Default 1 s. It must be less than
         * a third of {@link ConsumerConfig#leaseDuration()}, so that a lost heartbeat can be repeated in time.
         *
         * <p>Change it when the way to DynamoDB is slow (higher).
         */
        public Builder callTimeout(Duration timeout) {
            callTimeout = timeout;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException naming the setting, its value and the rule it breaks
         */
        public DynamoDbTable build() {
            check(
                    NAME.matcher(tableName).matches(),
                    "tableName",
                    tableName,
                    "3 to 255 letters, digits, '_', '.' or '-'");
            check(tags.size() <= MOST_TAGS, "the number of tags", tags.size(), "at most " + MOST_TAGS);
            tags.forEach((key, value) -> {
                check(
                        !key.isEmpty() && key.length() <= MOST_TAG_KEY_LENGTH && !key.startsWith("aws:"),
                        "a tag's key",
                        key,
                        "1 to " + MOST_TAG_KEY_LENGTH + " characters, not beginning with 'aws:'");
                check(
                        value.length() <= MOST_TAG_VALUE_LENGTH,
                        "the value of tag '" + key + "'",
                        value,
                        "at most " + MOST_TAG_VALUE_LENGTH + " characters");
            });
            check(
                    callTimeout.compareTo(LEAST_CALL_TIMEOUT) >= 0 && callTimeout.compareTo(MOST_CALL_TIMEOUT) <= 0,
                    "callTimeout",
                    callTimeout,
                    "from 100 ms to 10 s");
            return new DynamoDbTable(this);
        }

        private static void check(boolean holds, String setting, Object value, String rule) {
            if (!holds) {
                throw new IllegalArgumentException(setting + " must be " + rule + ", was " + value);
            }
        }
    }
}
