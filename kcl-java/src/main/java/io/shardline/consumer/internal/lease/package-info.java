/** Closed: how workers share leases. */
@NullMarked
package io.shardline.consumer.internal.lease;

import org.jspecify.annotations.NullMarked;
