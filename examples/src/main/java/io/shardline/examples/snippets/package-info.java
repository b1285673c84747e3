/** The code of the guides, compiled and run here so that it cannot go stale. */
@NullMarked
package io.shardline.examples.snippets;

import org.jspecify.annotations.NullMarked;
