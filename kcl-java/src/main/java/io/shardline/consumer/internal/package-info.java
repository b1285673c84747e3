/** Closed: the consumer's loop and its parts; anything here may change in any release. */
@NullMarked
package io.shardline.consumer.internal;

import org.jspecify.annotations.NullMarked;
