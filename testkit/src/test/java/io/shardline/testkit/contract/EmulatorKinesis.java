package io.shardline.testkit.contract;

import io.shardline.testkit.KinesisEmulator;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** Our emulator, on simulated time. Confined to one thread. */
final class EmulatorKinesis implements Kinesis {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PACE = Duration.ofMillis(250);

    private final SimulatedTime time = new SimulatedTime(1);
    private final KinesisEmulator emulator;
    private final KinesisAsyncClient client;
    private int streams;

    EmulatorKinesis() {
        SimulatedProcess service = time.process("kinesis");
        emulator = KinesisEmulator.builder()
                .scheduler(service.executor("front"))
                .wallClock(service.wallClock())
                .random(service.random())
                .build();
        client = emulator.client();
    }

    @Override
    public KinesisAsyncClient client() {
        return client;
    }

    @Override
    public String newStreamName() {
        return "contract-" + streams++;
    }

    @Override
    public String anyStream(Supplier<String> create) {
        return create.get();
    }

    @Override
    public <T> T get(CompletableFuture<T> answer) {
        time.runUntil(answer::isDone, PATIENCE);
        return answer.join();
    }

    @Override
    public void until(String what, BooleanSupplier condition) {
        for (long waited = 0; !condition.getAsBoolean(); waited += PACE.toMillis()) {
            if (waited > PATIENCE.toMillis()) {
                throw new AssertionError("not after " + PATIENCE + ": " + what);
            }
            time.advance(PACE);
        }
    }

    @Override
    public void pass(Duration duration) {
        time.advance(duration);
    }

    @Override
    public void pace() {
        time.advance(PACE);
    }

    @Override
    public boolean hasClock() {
        return true;
    }

    @Override
    public boolean hasTheServicesWords() {
        return true;
    }

    @Override
    public void close() {
        emulator.close();
    }
}
