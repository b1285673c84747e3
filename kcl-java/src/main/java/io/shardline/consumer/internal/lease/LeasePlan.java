package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;

/**
 * What one session should do to bring the fleet nearer to its balance.
 *
 * <p>Immutable.
 *
 * @param takes leases to take now: they have no owner, a dead one, or bear the session's own name
 * @param asks sessions that hold more than their share, and how many leases to ask of each
 * @param left how many leases without a living owner are other sessions' to take
 * @param surplus how many leases the session holds that are others' share
 */
public record LeasePlan(ImmutableList<Lease> takes, ImmutableMap<String, Integer> asks, int left, int surplus) {}
