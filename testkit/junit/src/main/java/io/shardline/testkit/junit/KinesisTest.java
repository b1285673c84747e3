package io.shardline.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test of a class, or one test, a Kinesis of its own with these streams.
 *
 * <p>A test, its {@code @BeforeEach} and {@code @AfterEach} methods, and the constructor of its class may have parameters of
 * these types, all belonging to the same Kinesis:
 * <ul>
 *   <li>{@link io.shardline.testkit.KinesisEmulator}: to create streams, to look at what is stored, to let time pass
 *   <li>{@link software.amazon.awssdk.services.kinesis.KinesisAsyncClient}: for code that uses the SDK
 *   <li>{@link io.shardline.producer.ShardlineProducer}: with its defaults, closed after the test
 *   <li>{@link io.shardline.producer.ShardlineProducer.Builder} and
 *       {@link io.shardline.consumer.ShardlineConsumer.Builder}: set up for this Kinesis, and for a lease table in memory;
 *       what the test builds, the test closes
 *   <li>{@link TestKinesis}: all of that, and {@link TestKinesis#consume}
 * </ul>
 *
 * <p>The streams of a class, of the classes around it and of the method are all there; the inner one decides where two have the
 * same name. It can stand on annotations of your own. Nothing is shared between tests, so they may run in parallel.
 * Immutable.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(KinesisExtension.class)
public @interface KinesisTest {

    /** The streams. Default: none. */
    KinesisStream[] streams() default {};

    /**
     * Whether a test may end with something unfinished. By default it then fails, see {@link TestKinesis#close}; the nearest
     * annotation decides.
     */
    boolean leftOpenAllowed() default false;
}
