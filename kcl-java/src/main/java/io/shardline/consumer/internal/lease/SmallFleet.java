package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.ScanSchedule.Due;
import java.util.concurrent.TimeUnit;

/**
 * A fleet that is small enough for each session to plan for itself: takes what is this session's share, and asks for what is
 * missing of it.
 *
 * <p>Confined to the consumer loop.
 */
final class SmallFleet {

    /** When whoever found leases free looks whether the others have taken their share. */
    private static final long LEFTOVER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SessionKeeper.Setting setting;
    private final Timing timing;
    private final ScanSchedule schedule;
    private final Owner owner;
    private final Surplus surplus;
    private boolean onDuty;
    private boolean takeAllFree;

    /** The worker that plans for itself. Called on the loop. */
    interface Owner {

        /** Scans the table again. */
        void scan();

        /** Tells the others soon that there is something to see. */
        void announceSoon();

        /** Whether nobody has a lease. */
        boolean isFree(Lease lease);

        /** Takes a lease. */
        void take(Lease lease);
    }

    SmallFleet(SessionKeeper.Setting setting, Timing timing, ScanSchedule schedule, Owner owner) {
        this.setting = setting;
        this.timing = timing;
        this.schedule = schedule;
        this.owner = owner;
        this.surplus = new Surplus(setting.loop(), 2 * timing.beatNanos());
    }

    /** This session has made leases free: it comes back before the others to see whether they have taken their share. */
    void onDuty() {
        onDuty = true;
    }

    /** One round of the session's planning. */
    void plan(FleetView view) {
        LeasePlan plan = LeasePlanner.plan(view);
        plan.takes().forEach(owner::take);
        if (takeAllFree) {
            view.leases().stream().filter(owner::isFree).toList().forEach(owner::take);
        } else if (plan.left() > 0) {
            lookForLeftovers();
        }
        takeAllFree = false;
        onDuty = false;
        plan.asks()
                .forEach((victim, count) ->
                        setting.calls().hint(() -> setting.store().ask(victim, view.me(), count)));
        if (surplus.stays(plan.surplus())) {
            owner.announceSoon();
        }
        if (plan.surplus() > 0) {
            schedule.once(Due.SURPLUS, 2 * timing.beatNanos(), owner::scan);
        }
        if (!plan.asks().isEmpty()) {
            schedule.once(Due.ASKED, 2 * timing.beatNanos(), owner::scan);
        }
    }

    /**
     * Others may be dying, or leaving and not taking any more.
     *
     * <p>Whoever made the leases free comes back first; the rest of the fleet looks once more after that.
     */
    private void lookForLeftovers() {
        long spread = (long) (2 * setting.platform().random().nextDouble() * FleetScan.SPREAD_NANOS);
        schedule.once(Due.LEFTOVERS, onDuty ? LEFTOVER_NANOS : 2 * LEFTOVER_NANOS + spread, () -> {
            takeAllFree = true;
            owner.scan();
        });
    }
}
