/** Closed: how workers share leases, by the rules of {@code docs/lease-protocol.md}. */
@NullMarked
package io.shardline.consumer.internal.lease;

import org.jspecify.annotations.NullMarked;
