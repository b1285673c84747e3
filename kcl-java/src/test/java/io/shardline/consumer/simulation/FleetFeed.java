package io.shardline.consumer.simulation;

import io.shardline.producer.Attempt;
import io.shardline.producer.PutReceipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the application puts, evenly over the time of trouble: the values of each key are numbered.
 *
 * <p>Confined to one thread.
 */
final class FleetFeed {

    private final FleetWorld world;
    private final FleetSimulation.Life life;
    private final List<CompletableFuture<?>> puts = new ArrayList<>();
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
        int[] next = new int[life.keys()];
        for (int i = 0; i < life.puts(); i++) {
            int key = world.random.nextInt(next.length);
            values.add(world.producers.key(key) + ":" + next[key]++);
        }
        long step = life.trouble().toNanos() / life.puts();
        for (int i = 0; i < life.puts(); i++) {
            String value = values.get(i);
            int inBurst = i % life.burst();
            long at = (i - inBurst) * step + inBurst; // events of one moment have no order
            world.time.after(Duration.ofNanos(at), "application", () -> puts.add(put(value)));
        }
    }

    private CompletableFuture<?> put(String value) {
        return world.producers.put(keyOf(value), value);
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

    /** The first record that is acknowledged and not handled, once all have been put and answered; else null. */
    @Nullable
    String firstLost(Set<String> handled) {
        if (puts.size() < life.puts() || !puts.stream().allMatch(CompletableFuture::isDone)) {
            return null;
        }
        return settled < puts.size() ? values.get(settled) : null;
    }

    /** Whether a record was put again for no other reason than that its aggregate was in a wrong shard. */
    boolean isPutAgainForItsShard(String value) {
        int number = values.indexOf(value);
        return number >= 0
                && puts.get(number).isDone()
                && !puts.get(number).isCompletedExceptionally()
                && puts.get(number).join() instanceof PutReceipt receipt
                && receipt.failedAttempts().stream()
                        .filter(Attempt::mayHaveBeenWritten)
                        .allMatch(attempt -> attempt.shardId() != null);
    }

    /** Whether a put is acknowledged and handled, or has failed. */
    private boolean isSettled(int number, Set<String> handled) {
        CompletableFuture<?> put = puts.get(number);
        return put.isDone() && (put.isCompletedExceptionally() || handled.contains(values.get(number)));
    }
}
