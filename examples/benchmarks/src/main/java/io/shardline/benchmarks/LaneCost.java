package io.shardline.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a record costs at 2,000 puts a second, with few shards and with many, and in an outage: all of the producer but the SDK,
 * and the simulation that it runs in. A microsecond is 0.2 % of a core.
 *
 * <p>Confined to JMH's thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class LaneCost {

    /** Of the stream. */
    @Param({"4", "5000"})
    public int shards;

    /** Whether the service is not available all the time. */
    @Param({"false", "true"})
    public boolean outage;

    private PacedPuts puts = new PacedPuts(1);

    /** JMH makes one. */
    public LaneCost() {}

    /** A producer that knows its shards. */
    @Setup
    public void start() {
        puts = new PacedPuts(shards);
        puts.outage(outage);
    }

    /** One record, and half a millisecond. */
    @Benchmark
    public void put() {
        puts.putOne();
    }
}
