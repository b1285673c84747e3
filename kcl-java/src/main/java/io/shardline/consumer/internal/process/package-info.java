/** Closed: how records get from memory through a handler to a checkpoint. */
@NullMarked
package io.shardline.consumer.internal.process;

import org.jspecify.annotations.NullMarked;
