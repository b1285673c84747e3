package io.shardline.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A stream that is there, and ACTIVE, when a test begins. Immutable. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface KinesisStream {

    /** The stream's name, by the service's rules. */
    String name();

    /** How many shards it begins with, 1 to 100,000; they share the hash keys evenly. Default 1. */
    int shards() default 1;
}
