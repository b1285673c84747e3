package io.shardline.examples.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Gives {@code put} numbered records at an even pace, until it is stopped; each key's numbers ascend.
 *
 * <p>Confined to one thread, but for its timer.
 */
final class Feed {

    static final int KEYS = 60;

    private static final Duration PACE = Duration.ofMillis(50);
    private static final int RECORDS_PER_PACE = 5;

    private final OutputStream put;
    private final ScheduledFuture<?> timer;
    private int next; // of the timer's thread, until the timer has ended

    Feed(Program put, ScheduledExecutorService scheduler) {
        this.put = put.in();
        this.timer = scheduler.scheduleAtFixedRate(this::some, 0, PACE.toMillis(), TimeUnit.MILLISECONDS);
    }

    static String keyOf(int number) {
        return "key-" + number % KEYS;
    }

    private void some() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < RECORDS_PER_PACE; i++) {
            lines.append(keyOf(next)).append('\t').append(next).append('\n');
            next++;
        }
        try {
            put.write(lines.toString().getBytes(UTF_8));
            put.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No more records; how many there were. */
    int stop(ScheduledExecutorService scheduler) throws InterruptedException, ExecutionException, IOException {
        timer.cancel(false);
        int records = scheduler.submit(() -> next).get(); // after the timer's last turn, on its thread
        put.close();
        return records;
    }
}
