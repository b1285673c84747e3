package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableSet;
import io.shardline.runtime.internal.Logs;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The lease whose owner plans for a large fleet: taken and given by the rules for every lease, and no shard's.
 *
 * <p>Were there two owners for a moment, both would plan, and each step of a plan is conditional. Confined to the consumer
 * loop.
 */
final class PlannerLease {

    private static final Logger log = Logs.of(PlannerLease.class);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SessionKeeper.Setting setting;
    private final SessionKeeper session;
    private final FleetWatch fleet;
    private final Listener listener;

    private @Nullable Lease held;
    private boolean busy;
    private boolean stopping;
    private boolean full;

    /** The worker that may become the planner. Called on the loop. */
    interface Listener {

        /** This session has become the planner. */
        void becamePlanner();

        /** The lease's row cannot be written, so nobody plans until somebody mends it. */
        void plannerCannotBeWritten(Lease row, RowTooLargeException why);
    }

    PlannerLease(SessionKeeper.Setting setting, SessionKeeper session, FleetWatch fleet, Listener listener) {
        this.setting = setting;
        this.session = session;
        this.fleet = fleet;
        this.listener = listener;
    }

    /** Whether this session plans for all. */
    boolean isMine() {
        return held != null;
    }

    /** Takes the lease unless somebody who lives holds it; who holds it is watched from then on. */
    void seek() {
        if (session.id() == null || isMine() || busy || stopping || full) {
            return;
        }
        busy = true;
        setting.calls()
                .read(
                        () -> setting.store().readLeases(List.of(Lease.PLANNER)),
                        found -> {
                            if (found.isEmpty()) {
                                create();
                            } else {
                                consider(found.get(0));
                            }
                        },
                        failure -> {
                            busy = false;
                            setting.loop().schedule(RETRY_NANOS, this::seek);
                        });
    }

    /** The session is over, and with it all it held. */
    void drop() {
        held = null;
    }

    /** Lets the lease go, to a session or to nobody, and takes it no more. */
    void leaveTo(@Nullable String heir) {
        stopping = true;
        give(heir);
    }

    /** Lets the lease go to nobody, as the fleet is small enough again. */
    void dissolve() {
        give(null);
    }

    private void give(@Nullable String to) {
        Lease row = held;
        if (row == null) {
            return;
        }
        held = null;
        Runnable tell = () -> {
            if (to != null) {
                setting.calls().hint(() -> setting.store().notify(to, Lease.PLANNER, row.counter()));
            }
        };
        setting.calls()
                .write(
                        setting.calls()
                                .ordinary(() -> setting.store().give(row, row.checkpoint(), to))
                                .orTooLarge(why -> setAside(row, why)), // free once this session is over
                        given -> tell.run(),
                        found -> tell.run());
    }

    private void create() {
        Lease fresh = Lease.unowned(Lease.PLANNER, Checkpoint.trimHorizon(), ImmutableSet.of(), null);
        setting.calls()
                .write(
                        setting.calls().ordinary(() -> setting.store().createLease(fresh)),
                        this::consider,
                        found -> consider(found == null ? fresh : found));
    }

    private void consider(Lease row) {
        String me = session.id();
        String owner = row.owner();
        boolean free = owner == null || owner.equals(me) || fleet.dead().contains(owner);
        if (me != null && free && !stopping) {
            take(row, me);
            return;
        }
        busy = false;
        long heirsTime = fleet.nanosUntilFree();
        if (owner != null && !fleet.isKnown(owner)) {
            fleet.lookFor(owner); // whoever watches the planner may be dead as well
        } else if (heirsTime >= 0) {
            setting.loop().schedule(heirsTime, this::seek); // to see, and watch, who took it; or nobody did
        }
    }

    private void take(Lease row, String me) {
        setting.calls()
                .write(
                        setting.calls()
                                .ordinary(() -> setting.store().take(row, me))
                                .orTooLarge(why -> setAside(row, why)),
                        mine -> taken(mine, me),
                        found -> {
                            if (found != null) {
                                consider(
                                        found); // mine, if an earlier sending landed, but only a confirmed take lets me
                                // act
                            } else {
                                busy = false;
                            }
                        });
    }

    private void taken(Lease mine, String me) {
        busy = false;
        if (session.isCurrent(me) && !stopping) {
            held = mine;
            log.info("session={} plans for the fleet from now on", me);
            listener.becamePlanner();
        } else {
            seek();
        }
    }

    private void setAside(Lease row, RowTooLargeException why) {
        busy = false;
        full = true;
        listener.plannerCannotBeWritten(row, why);
        setting.loop().schedule(SetAside.AGAIN_NANOS, () -> {
            full = false;
            seekIfPlanned();
        });
    }

    /** The fleet may have become small meanwhile, and a large one is planned by somebody. */
    private void seekIfPlanned() {
        if (fleet.isPlanned()) {
            seek();
        }
    }
}
