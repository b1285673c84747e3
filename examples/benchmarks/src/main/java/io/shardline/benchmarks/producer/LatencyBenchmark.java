package io.shardline.benchmarks.producer;

import io.shardline.benchmarks.sink.SinkProcess;
import io.shardline.producer.ProducerConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * What an idle producer without linger adds to a bare {@code PutRecord} of the SDK: one record at a time, the two in turn, in one
 * process and at one sink.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(name = "examples/benchmarks/run latency", sortOptions = false, usageHelpAutoWidth = true)
public final class LatencyBenchmark implements Callable<Integer> {

    private static final int SHARDS = 4;
    private static final double NANOS_PER_MILLI = 1e6;

    @Option(names = "--records", description = "Records by each way in a round (${DEFAULT-VALUE}).")
    private int records = 2_000;

    @Option(names = "--rounds", description = "Rounds; the first warms up and does not count (${DEFAULT-VALUE}).")
    private int rounds = 6;

    @Option(names = "--size", description = "Bytes of data in each record (${DEFAULT-VALUE}).")
    private int size = 100;

    @Option(
            names = "--pause-millis",
            description = "Between two calls, so that the producer is idle (${DEFAULT-VALUE}).")
    private int pauseMillis = 2;

    @Option(names = "--http", description = "HTTP client of both: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Workload.Http http = Workload.Http.NETTY;

    @Option(names = "--tls", description = "With TLS.")
    private boolean tls;

    @Option(names = "--quick", description = "Two short rounds: shows that it works.")
    private boolean quick;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    private LatencyBenchmark() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LatencyBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        if (quick) {
            rounds = 2;
            records = 50;
        }
        ProducerConfig config = ProducerConfig.builder().linger(Duration.ZERO).build();
        try (SinkProcess sink = SinkProcess.start(SHARDS)) {
            URI address = tls ? sink.tls() : sink.plain();
            try (KinesisAsyncClient bare = bareClient(address);
                    ShardlineContender ours = new ShardlineContender(config, address, http)) {
                for (int round = 0; round < rounds; round++) {
                    round(round, bare, ours);
                }
            }
        }
        return 0;
    }

    private KinesisAsyncClient bareClient(URI address) {
        KinesisAsyncClientBuilder builder = KinesisAsyncClient.builder()
                .endpointOverride(address)
                .region(Region.US_EAST_1)
                .credentialsProvider(Sdk.CREDENTIALS)
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
        Sdk.useHttp(builder, address, http);
        return builder.build();
    }

    private void round(int round, KinesisAsyncClient bare, Contender ours)
            throws InterruptedException, ExecutionException {
        long[] bareNanos = new long[records];
        long[] ourNanos = new long[records];
        for (int i = 0; i < records; i++) {
            String key = "key-" + i;
            Thread.sleep(pauseMillis);
            long start = System.nanoTime();
            bare.putRecord(r -> r.streamName(Contender.STREAM)
                            .partitionKey(key)
                            .data(SdkBytes.fromByteArrayUnsafe(new byte[size])))
                    .get();
            bareNanos[i] = System.nanoTime() - start;
            Thread.sleep(pauseMillis);
            start = System.nanoTime();
            ours.put(key, new byte[size]).get();
            ourNanos[i] = System.nanoTime() - start;
        }
        if (round > 0) {
            print(round, bareNanos, ourNanos);
        }
    }

    private static void print(int round, long[] bare, long[] ours) {
        Arrays.sort(bare);
        Arrays.sort(ours);
        System.out.printf(
                Locale.ROOT,
                "round %d: bare PutRecord p50 %.3f ms, p99 %.3f ms; producer p50 %.3f ms, p99 %.3f ms; p50 differs by %.3f ms%n",
                round,
                percentile(bare, 50),
                percentile(bare, 99),
                percentile(ours, 50),
                percentile(ours, 99),
                percentile(ours, 50) - percentile(bare, 50));
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted[sorted.length * percent / 100] / NANOS_PER_MILLI;
    }
}
