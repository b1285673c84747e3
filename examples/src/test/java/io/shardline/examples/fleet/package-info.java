/** The programs as processes, at services that are not ours: they are killed, stopped and frozen. */
@NullMarked
package io.shardline.examples.fleet;

import org.jspecify.annotations.NullMarked;
