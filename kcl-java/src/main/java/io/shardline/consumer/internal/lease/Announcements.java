package io.shardline.consumer.internal.lease;

import io.shardline.runtime.internal.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the fleet, by its revision, that there is something new to see.
 *
 * <p>Confined to the consumer loop.
 */
final class Announcements {

    /** Changes within this time are told to the fleet as one. */
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SessionKeeper.Setting setting;
    private final FleetWatch fleet;
    private boolean telling;
    private boolean tellAgain;
    private EventLoop.@Nullable Timer soon;

    Announcements(SessionKeeper.Setting setting, FleetWatch fleet) {
        this.setting = setting;
        this.fleet = fleet;
    }

    /** Tells it now. */
    void tell(Runnable then) {
        setting.calls()
                .read(
                        setting.store()::moveRevision,
                        row -> {
                            fleet.observe(row);
                            then.run();
                        },
                        failure -> then.run());
    }

    /** As {@link #tell}; what changes while that is being told is told as one. */
    void tellTogether(Runnable then) {
        if (telling) {
            tellAgain = true;
            return;
        }
        telling = true;
        tell(() -> {
            telling = false;
            then.run();
            if (tellAgain) {
                tellAgain = false;
                tellTogether(then);
            }
        });
    }

    /** Tells it soon, together with what else changes until then. */
    void tellSoon() {
        if (soon == null) {
            soon = setting.loop().schedule(SOON_NANOS, () -> {
                soon = null;
                setting.calls().hint(setting.store()::moveRevision);
            });
        }
    }
}
