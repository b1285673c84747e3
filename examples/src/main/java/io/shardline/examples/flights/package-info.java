/** The {@code flights} example: departures through a stream that is being resharded, checked against the truth. */
@NullMarked
package io.shardline.examples.flights;

import org.jspecify.annotations.NullMarked;
