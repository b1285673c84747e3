/** What producer and consumer stand on: the platform that is injected, and the loop that owns their state. */
@NullMarked
package io.shardline.runtime;

import org.jspecify.annotations.NullMarked;
