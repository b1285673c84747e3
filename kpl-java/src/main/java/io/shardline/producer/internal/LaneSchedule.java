package io.shardline.producer.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * When which lane wants to be looked at.
 *
 * <p>A lane that changes is noted and asked once per batch, so that adding a record costs no more than a look at a flag.
 * Confined to the loop.
 */
final class LaneSchedule {

    private static final Comparator<ShardLane> FIRST_COME =
            Comparator.<ShardLane>comparingLong(ShardLane::scheduledFor).thenComparingLong(ShardLane::ordinal);

    private final TreeSet<ShardLane> byTime = new TreeSet<>(FIRST_COME);
    private List<ShardLane> changed = new ArrayList<>();
    private long lanesMade;
    private long hurried = Long.MIN_VALUE;

    /** A number that no other lane has; it makes ties come out the same in every run. */
    long nextOrdinal() {
        return lanesMade++;
    }

    /** Nothing that was put up to this time is to linger any more; lanes that have such records have to be touched. */
    void hurry(long now) {
        hurried = now;
    }

    boolean isHurried(long putAt) {
        return putAt <= hurried;
    }

    void changed(ShardLane lane) {
        changed.add(lane);
    }

    /** Asks every changed lane when it wants its turn. */
    void settle() {
        List<ShardLane> settling = changed;
        changed = new ArrayList<>();
        for (ShardLane lane : settling) {
            long before = lane.scheduledFor();
            long wanted = lane.settledAt();
            if (before != wanted) {
                if (before != Ticks.NEVER) {
                    byTime.remove(lane);
                }
                lane.scheduledFor(wanted);
                if (wanted != Ticks.NEVER) {
                    byTime.add(lane);
                }
            }
        }
    }

    /** The lanes whose time has come. */
    List<ShardLane> dueAt(long now) {
        List<ShardLane> due = new ArrayList<>();
        for (ShardLane lane : byTime) {
            if (lane.scheduledFor() > now) {
                break;
            }
            due.add(lane);
        }
        return due;
    }

    /** When the next lane after {@code now} wants its turn. */
    long firstAfter(long now) {
        for (ShardLane lane : byTime) {
            if (lane.scheduledFor() > now) {
                return lane.scheduledFor();
            }
        }
        return Ticks.NEVER;
    }
}
