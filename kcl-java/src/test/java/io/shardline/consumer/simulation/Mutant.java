package io.shardline.consumer.simulation;

import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.consumer.internal.lease.ProtocolRules;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.WriteResult;
import io.shardline.testkit.time.SimulatedProcess;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A consumer that breaks one rule of the lease protocol, as somebody might write it who does not know what the rule is for.
 *
 * <p>Confined to the simulation; one for each worker.
 */
class Mutant extends ProtocolRules {

    /** Makes the rule breaker of one worker. */
    interface Kind {
        Mutant in(SimulatedTime time, SimulatedProcess process);
    }

    /** Breaks nothing. */
    static Mutant none() {
        return new Mutant();
    }

    /** Breaks nothing, and takes three workers for a large fleet, for which one of them plans. */
    static Mutant inALargeFleet() {
        return new Mutant() {
            @Override
            protected int mostWithoutPlanner() {
                return 2;
            }

            @Override
            protected int leastWithPlanner() {
                return 2;
            }
        };
    }

    /** The lease table as the worker uses it. */
    LeaseStore store(LeaseStore table) {
        return table;
    }

    /** Whether the producer beside ours, which puts again only what lies outside, writes the mark that promises all. */
    boolean marksWhatItPutsInPart() {
        return false;
    }

    /** Marks aggregates of which it puts only a part again. */
    static Mutant marksPartlyRepaired() {
        return new Mutant() {
            @Override
            boolean marksWhatItPutsInPart() {
                return true;
            }
        };
    }

    /** Takes the leases of whoever is silent, without a mark that would meet a late heartbeat. */
    static Mutant takesWithoutMark() {
        return new Mutant() {
            @Override
            LeaseStore store(LeaseStore table) {
                return new ForwardingLeaseStore(table) {
                    @Override
                    public CompletableFuture<WriteResult<SessionRow>> markDead(
                            String session, long heartbeat, String by) {
                        return table.readSession(session)
                                .thenApply(row -> row.<WriteResult<SessionRow>>map(WriteResult.Written::new)
                                        .orElseGet(() -> new WriteResult.Refused<>(null)));
                    }
                };
            }
        };
    }

    /** Counts its time from the answer to a heartbeat. */
    static Mutant countsFromTheAnswer() {
        return new Mutant() {
            @Override
            protected long countsFrom(long firstSentNanos, long answeredNanos) {
                return answeredNanos;
            }
        };
    }

    /** Counts its time from the last attempt to send a heartbeat. */
    static Mutant countsFromTheRetry(SimulatedProcess process) {
        return new Mutant() {
            private long lastSent;

            @Override
            protected long countsFrom(long firstSentNanos, long answeredNanos) {
                return Math.max(firstSentNanos, lastSent);
            }

            @Override
            LeaseStore store(LeaseStore table) {
                return new ForwardingLeaseStore(table) {
                    @Override
                    public CompletableFuture<WriteResult<SessionRow>> renew(
                            String session, long heartbeat, SessionRow.Renewal renewal) {
                        lastSent = process.nanoTime().getAsLong();
                        return table.renew(session, heartbeat, renewal);
                    }
                };
            }
        };
    }

    /** Goes on with a session when a late heartbeat of it succeeds after all. */
    static Mutant goesOnAfterTheDeadline() {
        return new Mutant() {
            @Override
            protected boolean endsAtDeadline() {
                return false;
            }
        };
    }

    /** Comes back under the name that it had. */
    static Mutant comesBackUnderItsName() {
        return new Mutant() {
            @Override
            protected String newSession(String workerId, long random) {
                return workerId + "@again";
            }

            @Override
            LeaseStore store(LeaseStore table) {
                return new ForwardingLeaseStore(table) {
                    @Override
                    public CompletableFuture<WriteResult<SessionRow>> createSession(SessionRow row) {
                        return table.deleteSession(row.id()).thenCompose(deleted -> table.createSession(row));
                    }
                };
            }
        };
    }

    /** Takes a session for dead that one read does not find. */
    static Mutant takesAbsenceForDeath() {
        return new Mutant() {
            @Override
            protected int absencesThatCount() {
                return 1;
            }
        };
    }

    /** Checkpoints without a new counter, so that an old write still fits. */
    static Mutant checkpointsUnderTheOldCounter() {
        return new Mutant() {
            @Override
            LeaseStore store(LeaseStore table) {
                return new ForwardingLeaseStore(table) {
                    @Override
                    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
                        return ((SimulatedLeaseTable) table).checkpointByOwnerAlone(held, position);
                    }
                };
            }
        };
    }

    /** Keeps a lease that it has given until it knows that the gift has landed. */
    static Mutant keepsWhatItGaveUntilTheAnswer() {
        return new Mutant() {
            @Override
            protected boolean dropsBeforeGiving() {
                return false;
            }
        };
    }

    /** Acts on a lease because a read shows its name on it. */
    static Mutant actsOnARead() {
        return new Mutant() {
            @Override
            protected boolean takesWhatBearsItsName() {
                return false;
            }
        };
    }

    /** Ends a shard first and gives its children their leases afterwards. */
    static Mutant createsChildrenAfterTheEnd(SimulatedTime time) {
        return new Mutant() {
            @Override
            LeaseStore store(LeaseStore table) {
                return new ForwardingLeaseStore(table) {
                    @Override
                    public CompletableFuture<WriteResult<Lease>> createLease(Lease lease) {
                        if (lease.parents().isEmpty()) {
                            return table.createLease(lease);
                        }
                        time.after(Duration.ofMillis(500), "mutant", () -> table.createLease(lease));
                        return CompletableFuture.completedFuture(new WriteResult.Written<>(lease));
                    }
                };
            }
        };
    }

    /** Forgets a finished shard at once, and later takes its absence for a shard that nobody has read. */
    static Mutant createsAncestorsAgain() {
        return new Mutant() {
            @Override
            LeaseStore store(LeaseStore table) {
                return new ForwardingLeaseStore(table) {
                    @Override
                    public CompletableFuture<WriteResult<Lease>> checkpoint(Lease held, Checkpoint position) {
                        return table.checkpoint(held, position).thenApply(result -> {
                            if (result instanceof WriteResult.Written<Lease> written
                                    && written.row().isEnded()) {
                                Lease ended = written.row();
                                table.deleteLease(ended);
                                table.createLease(Lease.unowned(
                                        ended.key(), Checkpoint.trimHorizon(), ended.parents(), ended.range()));
                            }
                            return result;
                        });
                    }
                };
            }
        };
    }
}
