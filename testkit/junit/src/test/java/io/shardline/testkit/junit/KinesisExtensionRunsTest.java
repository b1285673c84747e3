package io.shardline.testkit.junit;

import static io.shardline.testkit.junit.KinesisAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import io.shardline.testkit.KinesisEmulator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** What the extension makes of tests that go wrong, and of tests in parallel. Confined to one thread. */
class KinesisExtensionRunsTest {

    @Test
    void testsShareNothingAlsoInParallel() {
        Shared.SEEN.clear();

        Events tests = run(
                Shared.class,
                Map.of(
                        "junit.jupiter.execution.parallel.enabled", "true",
                        "junit.jupiter.execution.parallel.mode.default", "concurrent"));

        tests.assertStatistics(stats -> stats.succeeded(2));
        assertThat(Shared.SEEN).hasSize(2);
    }

    /** Two tests that must not see each other. Thread-safe. */
    @KinesisTest(streams = @KinesisStream(name = "orders"))
    static class Shared {
        static final Map<KinesisEmulator, Boolean> SEEN = new ConcurrentHashMap<>();

        @Test
        void one(TestKinesis kinesis) {
            check(kinesis);
        }

        @Test
        void two(TestKinesis kinesis) {
            check(kinesis);
        }

        private static void check(TestKinesis kinesis) {
            kinesis.put("orders", "alice", "1");
            assertThat(kinesis).stream("orders").hasRecords(1);
            SEEN.put(kinesis.emulator(), true);
        }
    }

    @Test
    void aParameterThatWouldOutliveATestIsRefused() {
        assertThat(failuresOf(TooEarly.class))
                .singleElement()
                .asString()
                .contains("A KinesisEmulator lives for one test")
                .contains("make it a parameter of the test or of @BeforeEach")
                .contains("TooEarly.beforeAll(io.shardline.testkit.KinesisEmulator)");
        assertThat(failuresOf(OneInstance.class))
                .singleElement()
                .asString()
                .contains("A TestKinesis lives for one test");
    }

    /** Wants it before there is a test. Confined to one thread. */
    @KinesisTest
    static class TooEarly {
        @BeforeAll
        static void beforeAll(KinesisEmulator kinesis) {}

        @Test
        void neverRuns() {}
    }

    /** Wants it for all tests. Confined to one thread. */
    @KinesisTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance {
        OneInstance(TestKinesis kinesis) {}

        @Test
        void neverRuns() {}
    }

    @Test
    void whatIsLeftOpenFailsTheTestThatDidIt() {
        assertThat(failuresOf(Forgetful.class))
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .hasMessageContaining("The test has ended, but")
                        .hasMessageContaining(
                                "a producer that the test built still runs, and has to be closed; its threads are"
                                        + " [shardline-producer-"));
    }

    /** Does not close what it builds. Confined to one thread. */
    @KinesisTest(streams = @KinesisStream(name = "orders"))
    static class Forgetful {
        @Test
        void forgets(ShardlineProducer.Builder builder) {
            builder.build().put("orders", UserRecord.of("k", new byte[1])).join();
        }

        @Test
        @KinesisTest(leftOpenAllowed = true)
        void forgetsAndMay(ShardlineProducer.Builder builder) {
            builder.build().put("orders", UserRecord.of("k", new byte[1])).join();
        }

        @Test
        void doesNot(ShardlineProducer producer) {
            producer.put("orders", UserRecord.of("k", new byte[1])).join();
        }
    }

    @Test
    void aFailedTestSaysWhatItsHandlerThrew() {
        assertThat(failuresOf(Impatient.class)).singleElement().satisfies(failure -> {
            assertThat(failure).hasMessage("nothing came");
            assertThat(failure.getSuppressed())
                    .singleElement()
                    .satisfies(left -> assertThat(left)
                            .hasMessageContaining("the handler failed on ConsumerRecord[orders/shardId-000000000000 ")
                            .hasMessageContaining("at attempt 1: java.lang.IllegalStateException: no")
                            .hasRootCauseMessage("no"));
        });
    }

    /** Fails without a reason of its own. Confined to one thread. */
    @KinesisTest(streams = @KinesisStream(name = "orders"))
    static class Impatient {
        @Test
        void waits(TestKinesis kinesis) throws InterruptedException {
            CountDownLatch tried = new CountDownLatch(1);
            kinesis.put("orders", "k", "1");
            kinesis.consume("orders", (record, context) -> {
                tried.countDown();
                throw new IllegalStateException("no");
            });
            tried.await();
            throw new AssertionError("nothing came");
        }
    }

    @Test
    void aStreamThatTheServiceWouldRefuseIsRefusedInItsWords() {
        assertThatThrownBy(() -> TestKinesis.builder().stream("no such name", 1).build())
                .hasMessageContaining("Value 'no such name' at 'streamName' failed to satisfy constraint");
    }

    private static List<Throwable> failuresOf(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute()
                .allEvents()
                .failed()
                .stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .flatMap(result -> result.getThrowable().stream())
                .toList();
    }

    private static Events run(Class<?> testClass, Map<String, String> parameters) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .configurationParameters(parameters)
                .execute()
                .testEvents();
    }
}
