/** The code of the testkit's guide, compiled and run here so that it cannot go stale. */
@NullMarked
package io.shardline.testkit.junit.snippets;

import org.jspecify.annotations.NullMarked;
