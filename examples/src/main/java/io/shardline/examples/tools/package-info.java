/** Small programs for scripts: make and reshard streams, put lines, handle records. */
@NullMarked
package io.shardline.examples.tools;

import org.jspecify.annotations.NullMarked;
