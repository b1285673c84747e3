package io.shardline.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;

/**
 * Records a second through the emulator's client, put and read, when it already keeps few and when it keeps many.
 *
 * <p>Every iteration begins with a new stream. Confined to JMH's thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgs = "-Xmx6g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
public class EmulatorThroughput {
    private static final int SHARDS = 4;
    private static final int READ = 10_000;

    /** Records that the stream keeps already. */
    @Param({"500000", "4500000"})
    public int stored;

    private Load load = new Load(SHARDS);
    private String[] iterators = new String[SHARDS];
    private int shard;

    /** JMH makes one. */
    public EmulatorThroughput() {}

    /** A stream with what it keeps already. */
    @Setup(Level.Iteration)
    public void fill() {
        load.close();
        load = new Load(SHARDS);
        load.fill(stored);
        iterators = new String[SHARDS];
    }

    /** The thread of the emulator ends. */
    @TearDown
    public void close() {
        load.close();
    }

    /** Calls of 500 records, one at a time; the score is records. */
    @Benchmark
    @OperationsPerInvocation(Load.ENTRIES)
    public Object put() {
        return load.put();
    }

    /** Calls of 10,000 records, shard after shard, each from its oldest record on; the score is records. */
    @Benchmark
    @OperationsPerInvocation(READ)
    public Object read() {
        shard = (shard + 1) % SHARDS;
        String next = iterators[shard];
        GetRecordsResponse answer = load.read(next == null ? load.firstIterator(shard) : next);
        if (answer.records().size() < READ) {
            answer = load.read(load.firstIterator(shard));
        }
        iterators[shard] = answer.nextShardIterator();
        return answer;
    }
}
