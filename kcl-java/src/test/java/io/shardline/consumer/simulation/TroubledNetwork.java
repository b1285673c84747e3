package io.shardline.consumer.simulation;

import java.time.Duration;

/**
 * One worker's way to the lease table: slow, lossy, and now and then cut.
 *
 * <p>Confined to the simulation.
 */
final class TroubledNetwork implements SimulatedLeaseTable.Network {

    private final FleetWorld world;
    private final double loss;
    private final long slowest;
    private long dragsUntil;
    private long cutUntil;
    private long deniedUntil;

    TroubledNetwork(FleetWorld world) {
        this.world = world;
        this.loss = world.random.nextDouble() * 0.25;
        this.slowest = world.random.nextInt(4) == 0 ? 300_000_000 : 60_000_000;
    }

    /** Answers come late or not at all, as they may before nothing comes through any more. */
    void drag(Duration duration) {
        dragsUntil = world.time.nowNanos() + duration.toNanos();
    }

    void cut(Duration duration) {
        cutUntil = world.time.nowNanos() + duration.toNanos();
    }

    /** Nothing is allowed, as while somebody rolls out permissions. */
    void deny(Duration duration) {
        deniedUntil = world.time.nowNanos() + duration.toNanos();
    }

    @Override
    public Duration answerDelay() {
        return world.time.nowNanos() < dragsUntil
                ? Duration.ofNanos(world.random.nextLong(500_000_000, 950_000_000))
                : delay();
    }

    @Override
    public Duration delay() {
        return Duration.ofNanos(world.random.nextLong(1_000_000, slowest));
    }

    @Override
    public SimulatedLeaseTable.Fate fate(String operation, String key) {
        if (world.time.nowNanos() < cutUntil) {
            world.count("fault: table cut off");
            return SimulatedLeaseTable.Fate.REQUEST_LOST;
        }
        if (world.time.nowNanos() < deniedUntil) {
            world.count("fault: table DENIED");
            return SimulatedLeaseTable.Fate.DENIED;
        }
        if (world.time.nowNanos() < dragsUntil && operation.equals("renew") && world.random.nextBoolean()) {
            world.count("fault: late before a cut");
            return SimulatedLeaseTable.Fate.ANSWER_LOST;
        }
        if (world.isHealed() || world.random.nextDouble() >= loss) {
            // A watch is eventually consistent; a scan takes its time, and what it read first may have changed.
            boolean stale = (operation.equals("watch") || operation.equals("scan")) && world.random.nextBoolean();
            if (stale) {
                world.count("fault: table STALE");
            }
            return stale ? SimulatedLeaseTable.Fate.STALE : SimulatedLeaseTable.Fate.ANSWERED;
        }
        SimulatedLeaseTable.Fate fate = switch (world.random.nextInt(3)) {
            case 0 -> SimulatedLeaseTable.Fate.REQUEST_LOST;
            case 1 -> SimulatedLeaseTable.Fate.ANSWER_LOST;
            default -> SimulatedLeaseTable.Fate.REQUEST_LATE;
        };
        world.count("fault: table " + fate);
        return fate;
    }
}
