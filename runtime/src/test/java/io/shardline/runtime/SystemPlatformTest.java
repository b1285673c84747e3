package io.shardline.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real platform's threads. What waits for ever fails by the time limit of the class. */
@Timeout(300)
class SystemPlatformTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void itsThreadsAreNamedDaemonsThatEndWithIt() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        SystemPlatform system = SystemPlatform.start("departures", 1);
        system.platform().userCode().execute(() -> thread.complete(Thread.currentThread()));
        assertThat(thread.get().getName()).isEqualTo("shardline-departures-user-1");
        assertThat(thread.join().isDaemon()).isTrue();
        system.close();
        assertThat(system.awaitTermination(PATIENCE)).isTrue();
    }

    @Test
    void anExecutorThatIsGivenRunsUserCodeAndOutlivesIt() throws Exception {
        ExecutorService given = Executors.newSingleThreadExecutor(task -> new Thread(task, "given"));
        try {
            SystemPlatform system = SystemPlatform.start("departures", given);
            system.close();
            assertThat(system.awaitTermination(PATIENCE)).isTrue();

            CompletableFuture<Thread> thread = new CompletableFuture<>();
            system.platform().userCode().execute(() -> thread.complete(Thread.currentThread()));
            assertThat(thread.get().getName()).isEqualTo("given");
        } finally {
            given.shutdownNow();
        }
    }

    @Test
    void futuresCompleteWhileAllOtherUserCodeWaitsForThem() throws Exception {
        SystemPlatform system = SystemPlatform.start("departures", 2);
        CompletableFuture<Thread> future = new CompletableFuture<>();
        for (int i = 0; i < 2 * SystemPlatform.MAX_PRIORITY_USER_THREADS; i++) {
            system.platform().userCode().execute(future::join);
            system.platform().priorityUserCode().execute(future::join);
        }

        system.platform().futures().execute(() -> future.complete(Thread.currentThread()));

        assertThat(future.get().getName()).isEqualTo("shardline-departures-futures-1");
        system.close();
        assertThat(system.awaitTermination(PATIENCE)).isTrue();
    }

    @Test
    void itRefusesToRunUserCodeOnNoThread() {
        assertThatThrownBy(() -> SystemPlatform.start("departures", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was 0");
    }
}
