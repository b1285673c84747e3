package io.shardline.consumer.internal.lease;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A fleet that is too large for each to plan for itself: one session, the owner of the planner's lease, does so for all (rules
 * 23 to 26 of the lease protocol).
 *
 * <p>What becomes too expensive is not watching but that everybody scans at every change. Confined to the consumer loop.
 */
final class LargeFleet implements PlannerLease.Listener {

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Whoever plans for all scans at most so many times in a lease duration: 10,000 leases are more than a thousand units. */
    private static final int SCANS = 2;

    private final SessionKeeper.Setting setting;
    private final Timing timing;
    private final FleetWatch fleet;
    private final Owner owner;
    private final PlannerLease planner;
    private final Assignments assignments;
    private long watchfulUntil;

    /** The worker that may plan for all. Called on the loop. */
    interface Owner {

        /** There is something new to plan for, which a scan shows. */
        void scan();

        /** A lease's row cannot be written. */
        void setAside(Lease row, RowTooLargeException why);
    }

    LargeFleet(SessionKeeper.Setting setting, Timing timing, SessionKeeper session, FleetWatch fleet, Owner owner) {
        this.setting = setting;
        this.timing = timing;
        this.fleet = fleet;
        this.owner = owner;
        this.planner = new PlannerLease(setting, session, fleet, this);
        this.assignments = new Assignments(setting, owner);
        this.watchfulUntil = setting.loop().nanoTime();
    }

    /** Whether this session plans for all. */
    boolean isPlannedHere() {
        return planner.isMine();
    }

    /** Becomes the planner unless somebody who lives is. */
    void seekPlanner() {
        planner.seek();
    }

    /** The session is over. */
    void drop() {
        planner.drop();
        fleet.plans(false);
    }

    /** The session is about to end, and lets another one plan. */
    void leave() {
        planner.leaveTo(fleet.others().stream().findFirst().orElse(null));
        fleet.plans(false);
    }

    /**
     * A session is dead, and others may be, of whom those who watched them are dead as well. For a while the planner looks at
     * all heartbeats so often that it may judge them.
     */
    void sessionDied() {
        watchfulUntil = setting.loop().nanoTime() + timing.judgeNanos() + 2 * timing.beatNanos();
    }

    private boolean isWatchful() {
        return setting.loop().nanoTime() - watchfulUntil < 0;
    }

    /** How long there is between two scans of the planner, at least. */
    long paceNanos() {
        return isWatchful() ? timing.beatNanos() : timing.leaseNanos() / SCANS;
    }

    /** Whether so many live that one should plan for all. */
    boolean isTooLarge(FleetView view) {
        return view.live().size() > setting.rules().mostWithoutPlanner();
    }

    /**
     * One round of the planner's work.
     *
     * @param rows the sessions as they were last read
     * @param stale owners of leases of streams that the application has removed, who do not know yet
     * @return after how many nanoseconds there should be another round, or -1 if nothing is left to do
     */
    long plan(FleetView view, Collection<SessionRow> rows, Collection<String> stale) {
        if (view.live().size() < setting.rules().leastWithPlanner()) {
            planner.dissolve();
            fleet.plans(false);
            setPlanned(false);
            setting.loop().schedule(timing.leaseNanos(), this::lookAgain);
            return -1;
        }
        if (!fleet.isPlanned()) {
            setPlanned(true);
        }
        FleetPlan plan = LeasePlanner.planForAll(view);
        boolean complete = assignments.carryOut(plan, rows, fleet.ring(), view.leases());
        List<String> unaware =
                stale.stream().filter(view.live()::contains).toList(); // the dead do nothing more with it
        unaware.forEach(assignments::tellToLook);
        if (!complete || !unaware.isEmpty() || isWatchful()) {
            return 0;
        }
        return plan.takes().isEmpty() && plan.moves().isEmpty() ? -1 : 2 * timing.beatNanos();
    }

    /** A write of this session that the fleet is planned may have landed after the one that it is not, and then nobody plans. */
    private void lookAgain() {
        if (fleet.isPlanned()) {
            planner.seek();
        }
    }

    @Override
    public void plannerCannotBeWritten(Lease row, RowTooLargeException why) {
        owner.setAside(row, why);
    }

    @Override
    public void becamePlanner() {
        assignments.startOver();
        fleet.plans(true);
        setPlanned(true);
    }

    private void setPlanned(boolean planned) {
        setting.calls()
                .read(
                        () -> setting.store().setPlanned(planned),
                        row -> {
                            fleet.observe(row);
                            owner.scan();
                        },
                        failure -> setting.loop().schedule(RETRY_NANOS, () -> {
                            if (planned == planner.isMine()) {
                                setPlanned(planned);
                            }
                        }));
    }
}
