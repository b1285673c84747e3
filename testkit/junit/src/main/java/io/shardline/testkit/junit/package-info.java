/**
 * A Kinesis for every test: a JUnit 5 extension, the same without JUnit, and AssertJ assertions on what is stored.
 *
 * <p>Begin at {@link io.shardline.testkit.junit.KinesisTest}.
 */
@NullMarked
package io.shardline.testkit.junit;

import org.jspecify.annotations.NullMarked;
