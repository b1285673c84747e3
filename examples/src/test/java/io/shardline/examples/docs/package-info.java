/** What the pages in docs say, where code can tell whether it is so. */
@NullMarked
package io.shardline.examples.docs;

import org.jspecify.annotations.NullMarked;
