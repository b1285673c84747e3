package io.shardline.consumer.simulation;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.RecordHandler;
import io.shardline.consumer.ShardHandlerFactory;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.consumer.StartingPosition;
import io.shardline.consumer.StreamConfig;
import io.shardline.consumer.internal.ConsumerLoop;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.ProtocolRules;
import io.shardline.consumer.internal.process.ShardProcessor;
import io.shardline.runtime.Platform;
import io.shardline.testkit.ClientSettings;
import io.shardline.testkit.Faults;
import io.shardline.testkit.Latency;
import io.shardline.testkit.time.SimulatedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * One process with the production consumer in it.
 *
 * <p>Confined to the simulation.
 */
public final class SimulatedWorker {

    private static final Duration LATENCY = Duration.ofMillis(10);

    private final SimulatedFleet fleet;
    private final SimulatedProcess process;
    private final ScriptedNetwork network;
    private final List<ConsumerEvent> events = new ArrayList<>();
    private StartingPosition startingPosition = StartingPosition.trimHorizon();
    private String stream = SimulatedFleet.STREAM;
    private List<StreamConfig> streams = List.of();
    private Consumer<ConsumerConfig.Builder> settings = config -> {};
    private @Nullable RecordHandler recordHandler;
    private @Nullable ShardHandlerFactory shardHandlers;
    private Faults faults = Faults.none();
    private LeaseStore table;
    private Consumer<ConsumerEvent> listener = event -> {};
    private UnaryOperator<Executor> userCode = pool -> pool;
    private UnaryOperator<Executor> priorityUserCode = pool -> pool;
    private @Nullable ShardlineConsumer consumer;

    SimulatedWorker(SimulatedFleet fleet, String name) {
        this.fleet = fleet;
        this.process = fleet.time.process(name);
        this.network = new ScriptedNetwork(fleet.time);
        this.table = fleet.table;
        this.recordHandler = (record, context) ->
                fleet.handled().add(new SimulatedFleet.Handled(name, record, fleet.time.nowNanos()));
    }

    public SimulatedWorker from(StartingPosition position) {
        startingPosition = position;
        return this;
    }

    /** Reads another stream than the fleet's. */
    public SimulatedWorker stream(String name) {
        stream = name;
        return this;
    }

    /** Reads these streams in place of the fleet's one. */
    public SimulatedWorker streams(StreamConfig... several) {
        streams = List.of(several);
        return this;
    }

    public SimulatedWorker with(Consumer<ConsumerConfig.Builder> changes) {
        settings = changes;
        return this;
    }

    public SimulatedWorker handler(RecordHandler handler) {
        recordHandler = handler;
        return this;
    }

    /** Handles as usual after {@code first} has returned. */
    public SimulatedWorker before(RecordHandler first) {
        RecordHandler usual = Objects.requireNonNull(recordHandler);
        recordHandler = (record, context) -> {
            first.handle(record, context);
            usual.handle(record, context);
        };
        return this;
    }

    public SimulatedWorker shardHandler(ShardHandlerFactory factory) {
        recordHandler = null;
        shardHandlers = factory;
        return this;
    }

    /** Another table than the fleet's; its calls are waited for while simulated time stands still. */
    public SimulatedWorker table(LeaseStore leases) {
        table = leases;
        return this;
    }

    /** Lets handlers block, by {@link BlockingThreads#block}. */
    public SimulatedWorker blocking() {
        return blocking(Integer.MAX_VALUE);
    }

    /** Lets handlers block, at most so many at a time; what else there is to call waits for them. */
    public SimulatedWorker blocking(int threads) {
        return userCode(pool -> new BlockingThreads(fleet.time, pool, threads));
    }

    /** Lets last calls of handlers, and the listener, block too, at most so many at a time beside the handlers. */
    public SimulatedWorker blockingLastCalls(int threads) {
        priorityUserCode = pool -> new BlockingThreads(fleet.time, pool, threads);
        return this;
    }

    /** Runs user code on something that is made of the usual pool. */
    public SimulatedWorker userCode(UnaryOperator<Executor> change) {
        userCode = change;
        return this;
    }

    public SimulatedWorker faults(Faults kinesisFaults) {
        faults = kinesisFaults;
        return this;
    }

    public SimulatedWorker listener(Consumer<ConsumerEvent> also) {
        listener = also;
        return this;
    }

    /** Starts; the future is that of the consumer's start. */
    public CompletableFuture<Void> begin() {
        return consumer().start();
    }

    /** Starts, and lets time pass until that is done. */
    public SimulatedWorker start() {
        fleet.get(begin());
        return this;
    }

    /** Closes, and lets time pass until that is done. */
    public void stop() {
        fleet.get(consumer().closeAsync());
    }

    public ShardlineConsumer consumer() {
        if (consumer == null) {
            consumer = build();
        }
        return consumer;
    }

    /** The loop of a consumer that keeps other rules; this, and not {@link #consumer}, is then the worker. */
    public ConsumerLoop loop(ProtocolRules rules) {
        ConsumerLoop.Parts parts = new ConsumerLoop.Parts(
                config(),
                platform(),
                client(),
                table(),
                ShardProcessor.factory(recordHandler, shardHandlers),
                this::on);
        return new ConsumerLoop(parts, rules);
    }

    private ConsumerConfig config() {
        ConsumerConfig.Builder config = streams.isEmpty()
                ? ConsumerConfig.builder("test", stream, startingPosition)
                : ConsumerConfig.builder("test", streams);
        config.workerId(process.name());
        settings.accept(config);
        return config.build();
    }

    private SimulatedLeaseTable table() {
        return new SimulatedLeaseTable(table, fleet.time, process, network);
    }

    private KinesisAsyncClient client() {
        return fleet.kinesis.client(ClientSettings.defaults()
                .latency(Latency.fixed(LATENCY))
                .faults(faults)
                .callbacks(process.pool("sdk", 1)));
    }

    private void on(ConsumerEvent event) {
        events.add(event);
        listener.accept(event);
    }

    private ShardlineConsumer build() {
        ShardlineConsumer.Builder builder = ShardlineConsumer.builder()
                .config(config())
                .leaseTable(table())
                .client(client())
                .platform(platform())
                .listener(this::on);
        if (recordHandler != null) {
            builder.recordHandler(recordHandler);
        }
        if (shardHandlers != null) {
            builder.shardHandler(shardHandlers);
        }
        return builder.build();
    }

    private Platform platform() {
        return new Platform(
                process.executor("loop"),
                process.pool("io", 2),
                process.pool("priority-io", 1),
                userCode.apply(process.pool("user", 4)),
                priorityUserCode.apply(process.pool("priority-user", 2)),
                process.pool("futures", 2),
                process.nanoTime(),
                process.wallClock(),
                process.random());
    }

    public SimulatedProcess process() {
        return process;
    }

    public ScriptedNetwork network() {
        return network;
    }

    public List<ConsumerEvent> events() {
        return events;
    }

    public <E extends ConsumerEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
