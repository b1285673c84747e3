package io.shardline.benchmarks.producer;

import io.shardline.benchmarks.sink.Javas;
import io.shardline.benchmarks.sink.SinkProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Ours against Amazon's KPL at the same sink: each run of each contender is a process of its own, the contenders take turns, and
 * medians are compared.
 *
 * <p>Confined to the thread that runs it.
 */
@Command(name = "examples/benchmarks/run producer", sortOptions = false, usageHelpAutoWidth = true)
public final class ProducerBenchmark implements Callable<Integer> {

    private static final int FEW_KEYS = 10_000;
    private static final int QUICK_RECORDS = 20_000;

    @Mixin
    private Workload workload = new Workload();

    @Option(names = "--shards", description = "Shards of the stream (${DEFAULT-VALUE}).")
    private int shards = 4;

    @Option(
            names = "--keys",
            split = ",",
            description = "How many partition keys there are, 0 for as many as records (${DEFAULT-VALUE}).")
    private int[] keys = {FEW_KEYS, Workload.DISTINCT};

    @Option(
            names = "--aggregate",
            split = ",",
            description =
                    "The most bytes of an aggregate, for all contenders; KPL's default and ours (${DEFAULT-VALUE}).")
    private int[] aggregates = {51_200, 256 * 1024};

    @Option(names = "--runs", description = "Of each contender; the median counts (${DEFAULT-VALUE}).")
    private int runs = 5;

    @Option(
            names = "--contenders",
            split = ",",
            description = "Who takes part, in this order: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private List<Contender.Kind> contenders =
            List.of(Contender.Kind.KPL, Contender.Kind.KPL_BEST, Contender.Kind.SHARDLINE);

    @Option(
            names = "--java-options",
            split = " ",
            description = "More options for the JVMs of the contenders, for example to profile them.")
    private List<String> javaOptions = List.of();

    @Option(
            names = "--quick",
            description = "Once, with few records and no warm-up: shows that it works, not how fast.")
    private boolean quick;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void showHelp(boolean asked) {} // picocli does it

    ProducerBenchmark() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ProducerBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (quick) {
            runs = 1;
            workload.records = QUICK_RECORDS;
            workload.warmUpRequests = 0;
            workload.warmUpSeconds = 0;
        }
        System.out.printf(
                Locale.ROOT,
                "%,d records of %,d bytes, %,d shards, %d threads, %d CPUs, Java %s%n",
                workload.records,
                workload.size,
                shards,
                workload.threads,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"));
        try (SinkProcess sink = SinkProcess.start(shards)) {
            for (int keyCount : keys) {
                for (int aggregate : aggregates) {
                    compare(sink, keyCount, aggregate);
                }
            }
        }
        return 0;
    }

    private void compare(SinkProcess sink, int keyCount, int aggregate) throws IOException, InterruptedException {
        String keyText =
                keyCount == Workload.DISTINCT ? "all keys distinct" : String.format(Locale.ROOT, "%,d keys", keyCount);
        System.out.printf(Locale.ROOT, "%n%s, aggregates of up to %,d bytes%n", keyText, aggregate);
        Map<Contender.Kind, List<Result>> results = new EnumMap<>(Contender.Kind.class);
        for (int run = 1; run <= runs; run++) {
            for (Contender.Kind contender : contenders) {
                Result result = run(sink, contender, keyCount, aggregate);
                results.computeIfAbsent(contender, first -> new ArrayList<>()).add(result);
                System.out.printf("  run %d %-17s %s%n", run, contender, result);
            }
        }
        results.forEach((contender, all) -> System.out.printf("  median %-16s %s%n", contender, median(all)));
        results.forEach((contender, all) -> printRatio(contender, all, results));
    }

    private Result run(SinkProcess sink, Contender.Kind contender, int keyCount, int aggregate)
            throws IOException, InterruptedException {
        List<String> command = Javas.command(ContenderRun.class);
        command.addAll(1, javaOptions);
        command.addAll(workload.arguments());
        command.addAll(List.of(
                "--contender=" + contender.name(),
                "--keys=" + keyCount,
                "--aggregate=" + aggregate,
                "--plain-sink=" + sink.plain(),
                "--tls-sink=" + sink.tls()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Result> results = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            out.lines().filter(Result::isOne).map(Result::parse).forEach(results::add);
        }
        int exit = process.waitFor();
        if (exit != 0 || results.isEmpty()) {
            throw new IllegalStateException(contender + " ended with exit code " + exit);
        }
        return results.get(0);
    }

    /** Each figure's own median. */
    private static Result median(List<Result> results) {
        return new Result(
                median(results, Result::cpuMicros),
                median(results, Result::perSecond),
                median(results, Result::p50Millis),
                median(results, Result::p99Millis),
                (long) median(results, Result::peakMib),
                (long) median(results, Result::requests));
    }

    private static double median(List<Result> results, ToDoubleFunction<Result> figure) {
        double[] sorted = results.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Against every contender of Amazon's, in the same runs. */
    private static void printRatio(
            Contender.Kind contender, List<Result> ours, Map<Contender.Kind, List<Result>> results) {
        if (contender.isAmazons()) {
            return;
        }
        results.forEach((other, theirs) -> {
            if (other.isAmazons()) {
                double[] ratios = new double[ours.size()];
                Arrays.setAll(
                        ratios,
                        run -> ours.get(run).perCpuSecond() / theirs.get(run).perCpuSecond());
                Arrays.sort(ratios);
                System.out.printf(
                        Locale.ROOT,
                        "  %s makes %.1f times as many records per CPU-second as %s (by runs %.1f to %.1f)%n",
                        contender,
                        median(ours).perCpuSecond() / median(theirs).perCpuSecond(),
                        other,
                        ratios[0],
                        ratios[ratios.length - 1]);
            }
        });
    }
}
