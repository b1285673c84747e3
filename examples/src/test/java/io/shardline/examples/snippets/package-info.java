/** Tests of the examples: they are run, not only compiled. */
@NullMarked
package io.shardline.examples.snippets;

import org.jspecify.annotations.NullMarked;
