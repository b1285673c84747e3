package io.shardline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KplPropertiesTest {

    private static final Path GUIDE = Path.of("..", "docs", "migrating-from-kpl.md");

    @Test
    void emptyFileHasKplsDefaultsWhereTheyShow() {
        KplProperties read = KplProperties.of(new Properties());

        assertThat(read.config().recordTtl()).contains(Duration.ofSeconds(30));
        assertThat(read.config().rateLimitPercent()).isEqualTo(150);
        assertThat(read.config().linger()).isEqualTo(Duration.ofMillis(100));
        assertThat(read.region()).isEmpty();
        assertThat(read.endpoint()).isEmpty();
        assertThat(read.warnings()).isEmpty();
    }

    @Test
    void fileIsReadWithItsMeaning(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("kpl.properties"), """
                AggregationMaxCount = 4294967295
                AggregationMaxSize = 20000
                RecordMaxBufferedTime = 0
                RecordTtl = 9223372036854775807
                RateLimit = 80
                FailIfThrottled = true
                MaxConnections = 8
                Region = eu-central-1
                KinesisEndpoint = localhost
                KinesisPort = 4567
                LogLevel = warning
                ThreadingModel = POOLED
                Typo = 1
                """);
        KplProperties read = KplProperties.read(file);

        ProducerConfig config = read.config();
        assertThat(config.maxAggregateCount()).isEqualTo(Integer.MAX_VALUE);
        assertThat(config.maxAggregateSize()).isEqualTo(20_000);
        assertThat(config.linger()).isZero();
        assertThat(config.recordTtl()).isEmpty();
        assertThat(config.rateLimitPercent()).isEqualTo(80);
        assertThat(config.failIfThrottled()).isTrue();
        assertThat(config.maxInFlightRequests()).isEqualTo(8);
        assertThat(read.region()).contains("eu-central-1");
        assertThat(read.endpoint()).contains(URI.create("https://localhost:4567"));
        assertThat(read.warnings())
                .containsExactly(
                        "LogLevel=warning is ignored: logs go to SLF4J: set the level of io.shardline there",
                        "ThreadingModel=POOLED is ignored: there is no thread per request",
                        "KPL has no option 'Typo': it is ignored");
    }

    @Test
    void fileIsReadInTheEncodingOfPropertiesWithTheirEscapes(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("kpl.properties"), """
                # f\u00fcr alle
                ProxyUserName = M\u00fcller \\u20ac
                """, StandardCharsets.ISO_8859_1);

        assertThat(KplProperties.read(file).warnings())
                .containsExactly("ProxyUserName=M\u00fcller \u20ac is ignored: set it on the HTTP client, with"
                        + " customizeKinesis()");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RecordTtl | 99 | RecordTtl must be between 100 and 9223372036854775807, was 99",
                "RecordTtl | soon | RecordTtl must be a whole number, was 'soon'",
                "AggregationEnabled | yes | AggregationEnabled must be true or false, was 'yes'",
                "MetricsLevel | all | MetricsLevel must match none|summary|detailed, was 'all'",
                "Region | Europe | Region must match",
                "KinesisEndpoint | https://kinesis | KinesisEndpoint must match [A-Za-z0-9.-]*, was 'https://kinesis'",
                "KinesisEndpoint | -. | KinesisEndpoint must be the name or address of a host, was '-.'",
                "CloudwatchEndpoint | https://monitoring | CloudwatchEndpoint must match [A-Za-z0-9.-]*, was",
                "StsEndpoint | sts/path | StsEndpoint must match [A-Za-z0-9.-]*, was 'sts/path'",
                "MinConnections | 17 | MinConnections must be between 1 and 16, was 17",
            })
    void badValueIsRefusedByItsName(String name, String value, String message) {
        Properties properties = new Properties();
        properties.setProperty(name, value);

        assertThatThrownBy(() -> KplProperties.of(properties))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "KinesisPort | 4567 | KinesisPort=4567 is ignored: there is no KinesisEndpoint beside it",
                "MaxUserRecordSize | 1023 | MaxUserRecordSize=1023 is raised to 1024, the least that maxRecordSize may be",
                "RateLimit | 1000001 | RateLimit=1000001 is cut to 1000000, the most that rateLimitPercent may be",
                "RecordMaxBufferedTime | 31536000001 | RecordMaxBufferedTime=31536000001 is cut to 365 days, the most that"
                        + " linger may be",
                "AggregationMaxSize | 1048577 | AggregationMaxSize=1048577 is cut to 1048576, what a shard takes in a second;"
                        + " larger records go by themselves",
            })
    void valueThatBecomesAnotherIsWarnedOf(String name, String value, String warning) {
        Properties properties = new Properties();
        properties.setProperty(name, value);

        assertThat(KplProperties.of(properties).warnings()).containsExactly(warning);
    }

    @ParameterizedTest
    @CsvSource({
        "KinesisPort, 443",
        "MaxUserRecordSize, 1024",
        "RateLimit, 1000000",
        "RecordMaxBufferedTime, 31536000000",
        "AggregationMaxSize, 1048576",
    })
    void valueThatStaysIsNotWarnedOf(String name, String value) {
        Properties properties = new Properties();
        properties.setProperty(name, value);

        assertThat(KplProperties.of(properties).warnings()).isEmpty();
    }

    @Test
    void passwordIsInNoWarning() {
        Properties properties = new Properties();
        properties.setProperty("ProxyUserName", "flights");
        properties.setProperty("ProxyPassword", "secret");

        assertThat(KplProperties.of(properties).toString()).doesNotContain("secret");
        assertThat(KplProperties.of(properties).warnings())
                .containsExactly(
                        "ProxyPassword is ignored: set it on the HTTP client, with customizeKinesis()",
                        "ProxyUserName=flights is ignored: set it on the HTTP client, with customizeKinesis()");
    }

    @Test
    void everyOptionInTheGuideIsKnownHere() throws IOException {
        String guide = Files.readString(GUIDE);
        String table = guide.substring(guide.indexOf("## Every option"), guide.indexOf("## Not in files"));
        Properties properties = new Properties();
        Pattern.compile("(?m)^\\| `(\\w+)`")
                .matcher(table)
                .results()
                .map((MatchResult found) -> found.group(1))
                .forEach(name -> properties.setProperty(name, "no such value"));
        assertThat(properties).hasSize(45);
        for (String name : properties.stringPropertyNames()) {
            Properties one = new Properties();
            one.setProperty(name, "no such value");
            String answer;
            try {
                answer = KplProperties.of(one).warnings().toString();
            } catch (IllegalArgumentException e) {
                answer = e.getMessage();
            }
            assertThat(answer).contains(name).doesNotContain("has no option");
        }
    }
}
