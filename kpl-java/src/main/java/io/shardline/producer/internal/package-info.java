/** How the producer works inside; anything here may change in any release. Begin with {@code ProducerLoop}. */
@NullMarked
package io.shardline.producer.internal;

import org.jspecify.annotations.NullMarked;
