/** For Shardline's own producer and consumer only; anything here may change in any release. */
@NullMarked
package io.shardline.runtime.internal;

import org.jspecify.annotations.NullMarked;
