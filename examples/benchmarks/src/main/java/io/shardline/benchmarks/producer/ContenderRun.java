package io.shardline.benchmarks.producer;

import io.shardline.benchmarks.sink.SinkCounts;
import io.shardline.benchmarks.sink.SinkQuestions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The program that is one contender in one run: puts for a while to warm up, then puts what is measured, and checks that the
 * sink has counted exactly what the futures acknowledged.
 *
 * <p>Confined to the thread that runs it.
 */
public final class ContenderRun implements Callable<Integer> {

    /** Apart, so that no number comes twice in a run. */
    private static final long NUMBERS_OF_A_THREAD = 1L << 28;

    private static final int WARM_UP_STEP_MILLIS = 200;

    @Mixin
    private Workload workload = new Workload();

    @Option(names = "--contender", required = true)
    private Contender.Kind kind = Contender.Kind.SHARDLINE;

    @Option(names = "--keys", required = true)
    private int keys;

    @Option(names = "--aggregate", required = true)
    private int aggregate;

    @Option(names = "--plain-sink", required = true)
    private URI plainSink = URI.create("");

    @Option(names = "--tls-sink", required = true)
    private URI tlsSink = URI.create("");

    private ContenderRun() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ContenderRun()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(workload.threads);
        try (Contender contender = contender()) {
            System.out.println(run(contender, threads).line());
        } finally {
            threads.shutdown();
        }
        return 0;
    }

    private Result run(Contender contender, ExecutorService threads) throws Exception {
        SinkQuestions sink = new SinkQuestions(plainSink);
        int recordsOfThread = workload.records / workload.threads;
        sink.reset(); // for the first time, so that the second costs nothing
        warmUp(contender, threads);
        List<Putting> measured = puttings(contender, NUMBERS_OF_A_THREAD / 2); // with new keys
        sink.reset();
        double cpuBefore = ProcessCost.cpuSeconds();
        long before = System.nanoTime();
        long[] latencies = results(start(threads, measured, putting -> putting.putAndAwait(recordsOfThread)));
        double seconds = (System.nanoTime() - before) / 1e9;
        double cpu = ProcessCost.cpuSeconds() - cpuBefore;
        SinkCounts counts = sink.counts();
        check(measured, counts);
        return Result.of(recordsOfThread * workload.threads, cpu, seconds, latencies, ProcessCost.peakMib(), counts);
    }

    private Contender contender() {
        URI sink = workload.plain ? plainSink : tlsSink;
        return switch (kind) {
            case KPL -> new KplContender(KplContender.config(tlsSink, aggregate));
            case KPL_UNMETERED ->
                new KplContender(KplContender.withoutMetrics(KplContender.config(tlsSink, aggregate)));
            case KPL_BEST -> new KplContender(KplContender.best(KplContender.config(tlsSink, aggregate)));
            case SHARDLINE -> new ShardlineContender(ShardlineContender.config(aggregate, false), sink, workload.http);
            case SHARDLINE_DEFAULT ->
                new ShardlineContender(ShardlineContender.config(aggregate, true), sink, workload.http);
        };
    }

    private List<Putting> puttings(Contender contender, long firstNumber) {
        List<Putting> all = new ArrayList<>();
        for (int i = 0; i < workload.threads; i++) {
            all.add(new Putting(contender, workload, keys(), firstNumber + i * NUMBERS_OF_A_THREAD));
        }
        return all;
    }

    /** The same for all threads; none if each record has a key of its own, which is made with the record. */
    private String[] keys() {
        String[] names = new String[keys];
        Arrays.setAll(names, number -> "key-" + number);
        return names;
    }

    /** What a thread does. */
    private interface Work {
        long[] on(Putting putting) throws InterruptedException, ExecutionException;
    }

    /**
     * The code behind a request is compiled after thousands of requests, and a million records are a hundred; hence many requests
     * of a few records first. KPL makes its requests in native code, which needs none. Then full speed, by processor time: on a
     * busy machine seconds say little about what the JVM has compiled.
     */
    private void warmUp(Contender contender, ExecutorService threads) throws Exception {
        List<Putting> puttings = puttings(contender, 0);
        if (!kind.isAmazons()) {
            int requestsOfThread = workload.warmUpRequests / workload.threads;
            results(start(threads, puttings, putting -> putting.putFew(requestsOfThread)));
        }
        double end = ProcessCost.cpuSeconds() + workload.warmUpSeconds;
        AtomicBoolean enough = new AtomicBoolean();
        List<Future<long[]>> putting = start(threads, puttings, one -> one.putUntil(enough));
        while (ProcessCost.cpuSeconds() < end && putting.stream().noneMatch(Future::isDone)) {
            Thread.sleep(WARM_UP_STEP_MILLIS);
        }
        enough.set(true);
        results(putting);
    }

    private static List<Future<long[]>> start(ExecutorService threads, List<Putting> puttings, Work work) {
        List<Future<long[]>> running = new ArrayList<>();
        for (Putting putting : puttings) {
            running.add(threads.submit(() -> work.on(putting)));
        }
        return running;
    }

    private static long[] results(List<Future<long[]>> running) throws InterruptedException, ExecutionException {
        List<long[]> latencies = new ArrayList<>();
        for (Future<long[]> one : running) {
            latencies.add(one.get());
        }
        return latencies.stream().flatMapToLong(Arrays::stream).toArray();
    }

    private static void check(List<Putting> puttings, SinkCounts counts) {
        long acknowledged = puttings.stream().mapToLong(Putting::acknowledged).sum();
        long sum = puttings.stream().mapToLong(Putting::sum).sum();
        if (counts.userRecords() != acknowledged || counts.sum() != sum) {
            throw new IllegalStateException(
                    "acknowledged " + acknowledged + " records with the sum " + sum + ", the sink counted " + counts);
        }
    }
}
