package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads of the whole lease table for several who want one at about the same time.
 *
 * <p>Whoever asks gets a read that began after he did. Confined to the consumer loop.
 */
final class SharedScan {

    private final SessionKeeper.Setting setting;
    private List<Asker> next = new ArrayList<>();
    private boolean reading;

    /** Who asked. */
    private record Asker(Consumer<Scan> answer, Consumer<Throwable> failure) {}

    SharedScan(SessionKeeper.Setting setting) {
        this.setting = setting;
    }

    void read(Consumer<Scan> answer, Consumer<Throwable> failure) {
        next.add(new Asker(answer, failure));
        readNext();
    }

    private void readNext() {
        if (reading || next.isEmpty()) {
            return;
        }
        reading = true;
        List<Asker> askers = next;
        next = new ArrayList<>();
        setting.calls()
                .read(
                        setting.store()::scan,
                        scan -> done(
                                () -> askers.forEach(asker -> asker.answer().accept(scan))),
                        thrown -> done(
                                () -> askers.forEach(asker -> asker.failure().accept(thrown))));
    }

    private void done(Runnable tell) {
        reading = false;
        tell.run();
        readNext();
    }
}
