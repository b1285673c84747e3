package io.shardline.consumer.internal.lease;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The writes by which leases come to this session and go, each sent until its outcome is definite (rule 11 of the lease
 * protocol).
 *
 * <p>Confined to the consumer loop.
 */
final class Transfers {

    private final SessionKeeper.Setting setting;
    private final FleetScan scans;
    private final SetAside setAside;
    private final Owner owner;
    private final Set<String> unresolved = new LinkedHashSet<>();
    private final Set<String> taking = new LinkedHashSet<>();

    /** Holds the leases. Called on the loop. */
    interface Owner {

        /** Whether a session lives. */
        boolean isCurrent(String session);

        /** The session's take of a lease is confirmed, and the session lives. */
        void hold(Lease taken);

        /** A row bears the session's name, but only a confirmed take lets it act. */
        void take(Lease found);

        /** A lease is let go. */
        void forget(HeldLease lease);

        /** A lease has been given to a session. */
        void gave(String to, Lease row);

        /** The outcome of a write is definite that was not. */
        void resolved();
    }

    Transfers(SessionKeeper.Setting setting, FleetScan scans, SetAside setAside, Owner owner) {
        this.setting = setting;
        this.scans = scans;
        this.setAside = setAside;
        this.owner = owner;
    }

    /** Keys of leases of whose rows a write is unresolved. */
    Set<String> unresolved() {
        return unresolved;
    }

    /** Keys of those of them that are being taken. */
    Set<String> taking() {
        return taking;
    }

    /** L2. */
    void take(Lease lease, String me) {
        unresolved.add(lease.key());
        taking.add(lease.key());
        setting.calls()
                .write(
                        setting.calls()
                                .ordinary(() -> setting.store().take(lease, me))
                                .orTooLarge(why -> takeResolved(lease, () -> setAside.add(lease, why))),
                        taken -> takeResolved(lease, () -> taken(taken, me)),
                        found -> takeResolved(lease, () -> refused(found, me)));
    }

    private void takeResolved(Lease lease, Runnable then) {
        unresolved.remove(lease.key());
        taking.remove(lease.key());
        then.run();
        owner.resolved();
    }

    private void taken(Lease row, String me) {
        scans.saw(row);
        if (owner.isCurrent(me)) {
            owner.hold(row);
        } else {
            scans.needsPlan(); // it bears the name of an earlier session, and nobody else knows
        }
    }

    private void refused(@Nullable Lease found, String me) {
        if (found != null) {
            scans.saw(found);
        }
        if (found != null && found.isOwnedBy(me) && owner.isCurrent(me)) {
            owner.take(found); // an earlier sending landed
        } else if (found != null && scans.isFree(found)) {
            scans.needsPlan();
        } else {
            scans.planWasOvertaken();
        }
    }

    /** L5. The lease is gone whatever the answer. */
    void give(HeldLease lease, Checkpoint last, @Nullable String to, Runnable done) {
        Lease row = lease.row();
        Checkpoint position = last.isAfter(row.checkpoint()) ? last : row.checkpoint();
        if (setting.rules().dropsBeforeGiving()) {
            owner.forget(lease);
        }
        unresolved.add(row.key());
        setting.calls()
                .write(
                        setting.calls()
                                .ordinary(() -> setting.store().give(row, position, to))
                                .orTooLarge(why -> {
                                    setAside.add(row, why);
                                    given(lease, to, done);
                                }),
                        given -> {
                            scans.saw(given);
                            given(lease, to, done);
                        },
                        found -> given(lease, to, done));
    }

    private void given(HeldLease lease, @Nullable String to, Runnable done) {
        Lease row = lease.row();
        owner.forget(lease);
        unresolved.remove(row.key());
        if (to == null) {
            scans.announceSoon();
        } else {
            owner.gave(to, row);
        }
        done.run();
        owner.resolved();
    }
}
