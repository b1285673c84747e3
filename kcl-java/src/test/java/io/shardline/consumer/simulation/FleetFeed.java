package io.shardline.consumer.simulation;

import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What the application puts, evenly over the time of trouble: the values of each key are numbered.
 *
 * <p>Confined to one thread.
 */
final class FleetFeed {

    private static final int KEYS = 12;

    private final FleetWorld world;
    private final FleetSimulation.Life life;
    private final List<CompletableFuture<PutReceipt>> puts = new ArrayList<>();
    private final List<String> values = new ArrayList<>();
    private int settled;

    FleetFeed(FleetWorld world, FleetSimulation.Life life) {
        this.world = world;
        this.life = life;
    }

    /** In a table that was taken over reading may begin at the moment of the first start. */
    void scheduleOnceReading() {
        if (!world.draws.beginsLate()) {
            schedule();
        } else if (world.table.scan().join().streams().isEmpty()) {
            world.time.after(Duration.ofMillis(100), "application", this::scheduleOnceReading);
        } else {
            world.time.after(Duration.ofSeconds(2), "application", this::schedule);
        }
    }

    private void schedule() {
        int[] next = new int[KEYS];
        for (int i = 0; i < life.puts(); i++) {
            int key = world.random.nextInt(KEYS);
            String value = "key" + key + ":" + next[key]++;
            values.add(value);
        }
        long step = life.trouble().toNanos() / life.puts();
        for (int i = 0; i < life.puts(); i++) {
            String value = values.get(i);
            world.time.after(Duration.ofNanos(i * step), "application", () -> puts.add(put(value)));
        }
    }

    private CompletableFuture<PutReceipt> put(String value) {
        return world.producer.put(
                FleetWorld.STREAM, UserRecord.of(keyOf(value), value.getBytes(StandardCharsets.UTF_8)));
    }

    static String keyOf(String value) {
        return value.substring(0, value.indexOf(':'));
    }

    static int numberOf(String value) {
        return Integer.parseInt(value.substring(value.indexOf(':') + 1));
    }

    /** How many records were put so far. */
    int puts() {
        return puts.size();
    }

    /** Whether all were put, and what was acknowledged is among the handled. */
    boolean isAllHandled(Set<String> handled) {
        while (settled < puts.size() && isSettled(settled, handled)) {
            settled++;
        }
        return settled == life.puts() && world.draws.isRestHandled(handled);
    }

    /** Whether a put is acknowledged and handled, or has failed. */
    private boolean isSettled(int number, Set<String> handled) {
        CompletableFuture<PutReceipt> put = puts.get(number);
        return put.isDone() && (put.isCompletedExceptionally() || handled.contains(values.get(number)));
    }
}
