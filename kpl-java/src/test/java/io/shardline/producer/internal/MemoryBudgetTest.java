package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

    private final MemoryBudget budget = new MemoryBudget(100);
    private final List<String> heard = new ArrayList<>();

    @Test
    void takingMoreThanIsLeftFailsAndTakesNothing() {
        assertThat(budget.tryTake(60)).isTrue();
        assertThat(budget.tryTake(41)).isFalse();
        assertThat(budget.free()).isEqualTo(40);
    }

    @Test
    void whoWaitsIsServedInTurnAndNobodyTakesPastHim() {
        budget.tryTake(100);
        budget.takeInTurn(turn("large", 90));
        budget.takeInTurn(turn("small", 5));

        budget.giveBack(50);
        assertThat(heard).isEmpty();
        assertThat(budget.tryTake(1)).isFalse();

        budget.giveBack(50);
        assertThat(heard).containsExactly("large admitted", "small admitted");
        assertThat(budget.tryTake(5)).isTrue();
        assertThat(budget.free()).isZero();
    }

    @Test
    void turnWithoutBytesComesRightAfterThoseBeforeIt() {
        budget.tryTake(100);
        budget.takeInTurn(turn("record", 10));
        budget.takeInTurn(turn("flush", 0));
        assertThat(heard).isEmpty();

        budget.giveBack(10);
        assertThat(heard).containsExactly("record admitted", "flush admitted");
        budget.takeInTurn(turn("second flush", 0));
        assertThat(heard).hasSize(3);
    }

    @Test
    void whoLeavesMakesWayForTheNext() {
        budget.tryTake(90);
        MemoryBudget.Turn large = turn("large", 50);
        budget.takeInTurn(large);
        budget.takeInTurn(turn("small", 10));

        assertThat(budget.leave(large)).isTrue();
        assertThat(heard).containsExactly("small admitted");
        assertThat(budget.leave(large)).isFalse();
    }

    @Test
    void closedBudgetReturnsThoseWhoWaitAndTakesNobodyIn() {
        budget.tryTake(100);
        MemoryBudget.Turn waiting = turn("waiting", 1);
        budget.takeInTurn(waiting);

        assertThat(budget.close()).containsExactly(waiting);
        assertThat(budget.takeInTurn(turn("late", 1))).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void nothingIsLostBetweenManyThreads() throws Exception {
        int rounds = 20_000;
        LinkedBlockingQueue<Long> taken = new LinkedBlockingQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            running.add(threads.submit(() -> {
                for (int round = 0; round < rounds; round++) {
                    takeThenReport(1 + round % 40, taken);
                }
            }));
        }
        running.add(threads.submit(() -> {
            for (int i = 0; i < 3 * rounds; i++) {
                budget.giveBack(taken.take());
            }
            return null;
        }));
        for (Future<?> each : running) {
            each.get();
        }
        threads.shutdown();

        assertThat(budget.free()).isEqualTo(100);
        assertThat(budget.hasWaiting()).isFalse();
    }

    private void takeThenReport(long bytes, LinkedBlockingQueue<Long> taken) {
        if (budget.tryTake(bytes)) {
            taken.add(bytes);
            return;
        }
        budget.takeInTurn(new MemoryBudget.Turn(bytes) {
            @Override
            void admitted() {
                taken.add(bytes);
            }

            @Override
            void abandoned() {}
        });
    }

    private MemoryBudget.Turn turn(String name, long bytes) {
        return new MemoryBudget.Turn(bytes) {
            @Override
            void admitted() {
                heard.add(name + " admitted");
            }

            @Override
            void abandoned() {
                heard.add(name + " abandoned");
            }
        };
    }
}
