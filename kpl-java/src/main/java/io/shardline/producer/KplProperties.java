package io.shardline.producer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Amazon's producer library, read from its properties files.
 *
 * <p>Option by option, what becomes of them is in the migration guide. What the file does not say keeps KPL's default, not ours,
 * where the two differ in what an application sees: the time to live and the rate limit. Immutable.
 *
 * @param config the settings that have a counterpart in ours
 * @param region the region for {@link ShardlineProducer.Builder#region(String)}, if the file has one
 * @param endpoint the address for {@link ShardlineProducer.Builder#endpoint(URI)}, if the file has one
 * @param warnings one sentence for each setting of the file that has no meaning any more, is to be set elsewhere, or becomes
 *     another value; log them
 */
public record KplProperties(
        ProducerConfig config, Optional<String> region, Optional<URI> endpoint, List<String> warnings) {

    private static final long KPL_TTL_MILLIS = 30_000;
    private static final int KPL_RATE_LIMIT = 150;
    private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();
    private static final int LARGEST_AGGREGATE = 1024 * 1024;
    private static final int LEAST_LARGEST_RECORD = 1024;
    private static final int MOST_PERCENT = 1_000_000;
    private static final String HTTPS = "443";
    private static final String HOST = "[A-Za-z0-9.-]*";

    private static final Map<String, Setting> SETTINGS = settings();

    /** Copies the list. */
    public KplProperties {
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file, as KPL does: in ISO 8859-1, with Unicode escapes for what that does not have.
     *
     * @throws IllegalArgumentException if a value is none that KPL takes; the message has the option, the value and the rule
     * @throws IOException if the file cannot be read
     */
    public static KplProperties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream bytes = Files.newInputStream(file)) {
            properties.load(bytes); // not a reader, whose encoding would be a question
        }
        return of(properties);
    }

    /**
     * Reads properties.
     *
     * @throws IllegalArgumentException if a value is none that KPL takes; the message has the option, the value and the rule
     */
    public static KplProperties of(Properties properties) {
        Reading reading = new Reading();
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            String value = properties.getProperty(name).trim();
            Setting setting = SETTINGS.get(name);
            if (setting == null) {
                reading.warnings.add("KPL has no option '" + name + "': it is ignored");
            } else {
                setting.check().accept(name, value);
                reading.name = name;
                setting.use().accept(reading, value);
            }
        }
        return reading.result();
    }

    /** What has been read so far. Confined to one reading. */
    private static final class Reading {

        private final ProducerConfig.Builder config = ProducerConfig.builder()
                .recordTtl(Duration.ofMillis(KPL_TTL_MILLIS))
                .rateLimitPercent(KPL_RATE_LIMIT);
        private final List<String> warnings = new ArrayList<>();
        private String name = "";
        private @Nullable String region;
        private @Nullable String host;
        private @Nullable String port;

        private KplProperties result() {
            if (host == null && port != null && !port.equals(HTTPS)) {
                warnings.add("KinesisPort=" + port + " is ignored: there is no KinesisEndpoint beside it");
            }
            return new KplProperties(
                    config.build(),
                    Optional.ofNullable(region),
                    Optional.ofNullable(host)
                            .map(name -> URI.create("https://" + name + ":" + (port == null ? HTTPS : port))),
                    warnings);
        }
    }

    /** What an option may say, and what becomes of it. Immutable. */
    private record Setting(Check check, Use use) {}

    /** Throws if the value is not one. Immutable. */
    private interface Check extends BiConsumer<String, String> {}

    /** Takes the value over. Immutable. */
    private interface Use extends BiConsumer<Reading, String> {}

    private static Map<String, Setting> settings() {
        Map<String, Setting> all = new LinkedHashMap<>();
        all.put(
                "AggregationEnabled",
                with(KplProperties::bool, (r, v) -> r.config.aggregationEnabled(Boolean.parseBoolean(v))));
        all.put(
                "AggregationMaxCount",
                with(
                        range(1, Long.MAX_VALUE),
                        (r, v) -> r.config.maxAggregateCount((int) Math.min(Integer.MAX_VALUE, Long.parseLong(v)))));
        all.put("AggregationMaxSize", with(range(64, 10_485_760), KplProperties::aggregateSize));
        all.put("RecordMaxBufferedTime", with(range(0, Long.MAX_VALUE), KplProperties::linger));
        all.put("RecordTtl", with(range(100, Long.MAX_VALUE), KplProperties::ttl));
        all.put("RateLimit", with(range(1, Long.MAX_VALUE), KplProperties::rateLimit));
        all.put(
                "FailIfThrottled",
                with(KplProperties::bool, (r, v) -> r.config.failIfThrottled(Boolean.parseBoolean(v))));
        putRequests(all);
        putElsewhere(all);
        putMeaningless(all);
        return all;
    }

    private static void putRequests(Map<String, Setting> all) {
        all.put("RequestTimeout", with(range(100, 600_000), (r, v) -> r.config.requestTimeout(millis(v))));
        all.put("MaxConnections", with(range(1, 256), (r, v) -> r.config.maxInFlightRequests(Integer.parseInt(v))));
        all.put("MaxUserRecordSize", with(range(64, 10_485_760), KplProperties::recordSize));
        all.put("Region", with(matching("([a-z]+-([a-z]+-)?[a-z]+-[0-9])?"), (r, v) -> r.region = emptyToNull(v)));
        all.put("KinesisEndpoint", with(KplProperties::host, (r, v) -> r.host = emptyToNull(v)));
        all.put("KinesisPort", with(range(1, 65_535), (r, v) -> r.port = v));
    }

    private static void putElsewhere(Map<String, Setting> all) {
        String customizer = "set it on the HTTP client, with customizeKinesis()";
        String meters = "metrics are Micrometer's: use ProducerMeters and its registry's filters";
        all.put("ConnectTimeout", elsewhere(range(100, 300_000), customizer));
        all.put("VerifyCertificate", elsewhere(KplProperties::bool, customizer));
        for (String name : List.of("ProxyHost", "ProxyUserName")) {
            all.put(name, elsewhere(KplProperties::any, customizer));
        }
        all.put("ProxyPassword", secret(customizer));
        for (String name : List.of("CaCertPath", "CaCertFile")) {
            all.put(
                    name,
                    elsewhere(
                            KplProperties::any,
                            "put the certificates into the JVM's trust store, or set trust managers on the HTTP client, with"
                                    + " customizeKinesis()"));
        }
        all.put("ProxyPort", elsewhere(range(1, 65_535), customizer));
        all.put("MetricsLevel", elsewhere(matching("none|summary|detailed"), meters));
        all.put("MetricsGranularity", elsewhere(matching("global|stream|shard"), meters));
        all.put("MetricsNamespace", elsewhere(matching("(?!AWS/).{1,255}"), meters));
        all.put("MetricsUploadDelay", elsewhere(range(1, 60_000), meters));
        all.put("CloudwatchEndpoint", elsewhere(matching(HOST), meters));
        all.put("CloudwatchPort", elsewhere(range(1, 65_535), meters));
        all.put(
                "LogLevel",
                elsewhere(
                        matching("trace|debug|info|warning|error"),
                        "logs go to SLF4J: set the level of io.shardline there"));
        all.put(
                "GlueSchemaRegistryPropertiesFilePath",
                elsewhere(KplProperties::any, "encode with the registry's serializer before put"));
    }

    private static void putMeaningless(Map<String, Setting> all) {
        String process = "there is no child process";
        all.put(
                "CollectionMaxCount",
                elsewhere(range(1, 500), "requests are filled as the lanes have something to send"));
        all.put(
                "CollectionMaxSize",
                elsewhere(
                        range(52_224, Long.MAX_VALUE),
                        "requests have 1 MiB unless a record is larger; see maxRecordSize"));
        all.put("MinConnections", elsewhere(range(1, 16), "KPL does not use it either"));
        all.put("ThreadingModel", elsewhere(matching("PER_REQUEST|POOLED"), "there is no thread per request"));
        all.put("ThreadPoolSize", elsewhere(range(0, Integer.MAX_VALUE), "there is no thread per request"));
        all.put("StsEndpoint", elsewhere(matching(HOST), "KPL does not use it either"));
        all.put("StsPort", elsewhere(range(1, 65_535), "KPL does not use it either"));
        all.put("CredentialsRefreshDelay", elsewhere(range(1, 300_000), "credentials are asked for with each request"));
        for (String name : List.of("TempDirectory", "NativeExecutable")) {
            all.put(name, elsewhere(KplProperties::any, process));
        }
        all.put("EnableCoreDumps", elsewhere(KplProperties::bool, process));
        all.put("EnableDaemonHealthCheck", elsewhere(KplProperties::bool, process));
        all.put("DaemonHealthCheckTimeoutMs", elsewhere(range(5_000, Long.MAX_VALUE), process));
        all.put(
                "UserRecordTimeoutInMillis",
                elsewhere(
                        range(0, Long.MAX_VALUE),
                        "the time to live counts from put; orTimeout() of the future does the rest"));
        all.put("EnableOldestFutureTracker", elsewhere(KplProperties::bool, "the oldest record's age costs nothing"));
        all.put(
                "ReturnUserRecordOnFailure",
                elsewhere(KplProperties::bool, "PutFailedException always has the record"));
    }

    private static Setting with(Check check, Use use) {
        return new Setting(check, use);
    }

    private static Setting elsewhere(Check check, String instead) {
        return new Setting(
                check,
                (reading, value) -> reading.warnings.add(reading.name + "=" + value + " is ignored: " + instead));
    }

    /** As {@link #elsewhere}, without the value: warnings go to logs. */
    private static Setting secret(String instead) {
        return new Setting(
                KplProperties::any, (reading, value) -> reading.warnings.add(reading.name + " is ignored: " + instead));
    }

    private static void aggregateSize(Reading reading, String value) {
        int size = atMost(
                LARGEST_AGGREGATE, reading, value, "what a shard takes in a second; larger records go by themselves");
        reading.config.maxAggregateSize(size);
    }

    private static void recordSize(Reading reading, String value) {
        int size = Integer.parseInt(value);
        if (size < LEAST_LARGEST_RECORD) {
            reading.warnings.add(reading.name + "=" + value + " is raised to " + LEAST_LARGEST_RECORD
                    + ", the least that maxRecordSize may be");
        }
        reading.config.maxRecordSize(Math.max(size, LEAST_LARGEST_RECORD));
    }

    private static void rateLimit(Reading reading, String value) {
        int percent = atMost(MOST_PERCENT, reading, value, "the most that rateLimitPercent may be");
        reading.config.rateLimitPercent(percent);
    }

    private static void linger(Reading reading, String value) {
        if (Long.parseLong(value) > YEAR_MILLIS) {
            reading.warnings.add(reading.name + "=" + value + " is cut to 365 days, the most that linger may be");
        }
        reading.config.linger(millis(value));
    }

    /** The value, or the most there is and a warning. */
    private static int atMost(int most, Reading reading, String value, String why) {
        long number = Long.parseLong(value);
        if (number > most) {
            reading.warnings.add(reading.name + "=" + value + " is cut to " + most + ", " + why);
        }
        return (int) Math.min(number, most);
    }

    /** KPL's documented maximum makes its records expire at once; what is meant is never. */
    private static void ttl(Reading reading, String value) {
        if (Long.parseLong(value) > YEAR_MILLIS) {
            reading.config.noRecordTtl();
        } else {
            reading.config.recordTtl(millis(value));
        }
    }

    private static Duration millis(String value) {
        return Duration.ofMillis(Math.min(YEAR_MILLIS, Long.parseLong(value)));
    }

    private static @Nullable String emptyToNull(String value) {
        return value.isEmpty() ? null : value;
    }

    private static void any(String name, String value) {}

    private static void bool(String name, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (!lower.equals("true") && !lower.equals("false")) {
            throw new IllegalArgumentException(name + " must be true or false, was '" + value + "'");
        }
    }

    /** KPL's rule, and that it is the name of a host: {@code -} is not. */
    private static void host(String name, String value) {
        matching(HOST).accept(name, value);
        if (!value.isEmpty() && URI.create("https://" + value).getHost() == null) {
            throw new IllegalArgumentException(name + " must be the name or address of a host, was '" + value + "'");
        }
    }

    private static Check range(long least, long most) {
        return (name, value) -> {
            long number;
            try {
                number = Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " must be a whole number, was '" + value + "'", e);
            }
            Ranges.check(name, number, least, most);
        };
    }

    private static Check matching(String pattern) {
        return (name, value) -> {
            if (!value.matches(pattern)) {
                throw new IllegalArgumentException(name + " must match " + pattern + ", was '" + value + "'");
            }
        };
    }
}
