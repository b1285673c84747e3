/** Tests of the extension and of the assertions. */
@NullMarked
package io.shardline.testkit.junit;

import org.jspecify.annotations.NullMarked;
