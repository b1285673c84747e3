package io.shardline.consumer.simulation;

import io.shardline.consumer.internal.lease.ProtocolRules;

/**
 * The rules of the lease protocol with other limits between small fleets and large ones, in which one session plans for all.
 *
 * <p>Immutable.
 */
public final class PlannerLimits extends ProtocolRules {

    private final int above;
    private final int notBelow;

    /** One plans when more than so many live, until fewer than so many do. */
    public PlannerLimits(int above, int notBelow) {
        this.above = above;
        this.notBelow = notBelow;
    }

    @Override
    protected int mostWithoutPlanner() {
        return above;
    }

    @Override
    protected int leastWithPlanner() {
        return notBelow;
    }
}
