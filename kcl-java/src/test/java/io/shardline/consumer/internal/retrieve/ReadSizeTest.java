package io.shardline.consumer.internal.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is reserved for a read and asked for, by what the reads before it brought. */
class ReadSizeTest {

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final boolean BEHIND = true;
    private static final boolean AT_TIP = false;

    private final ReadSize size = new ReadSize();

    @Test
    void theFirstReadWantsAllThatMayComeAndCanDoWithOneRecordOfTheUsualLimit() {
        assertThat(size.wanted()).isEqualTo(20 * MIB);
        assertThat(size.least()).isEqualTo(2 * MIB);
        assertThat(size.records(20 * MIB)).isEqualTo(10_000);
        assertThat(size.records(7 * MIB)).isEqualTo(3);
    }

    @Test
    void anIdleShardReservesLittleAndIsAskedForAll() {
        size.read(new Arrived(0, 0, 0), 10_000, AT_TIP);

        assertThat(size.wanted()).isEqualTo(64 * KIB);
        assertThat(size.least()).isEqualTo(64 * KIB);
        assertThat(size.records(64 * KIB)).isEqualTo(10_000);
    }

    @Test
    void aShardAtItsTipReservesTwiceWhatTheLastReadBrought() {
        size.read(new Arrived(100, MIB, MIB), 10_000, AT_TIP);

        assertThat(size.wanted()).isEqualTo(2 * MIB);
        assertThat(size.records(2 * MIB)).isEqualTo(10_000);
    }

    @Test
    void aShardThatHasMoreIsAskedForAsManyRecordsAsThereIsRoomFor() {
        size.read(new Arrived(100, 100 * KIB, 100 * KIB), 10_000, BEHIND);

        assertThat(size.wanted()).isEqualTo(10_000 * KIB);
        assertThat(size.least()).isEqualTo(64 * KIB);
        assertThat(size.records(64 * KIB)).isEqualTo(64);
    }

    @Test
    void aReadThatBroughtAllItAskedForHasLeftMore() {
        size.read(new Arrived(10, 10 * KIB, 10 * KIB), 10, AT_TIP);

        assertThat(size.records(64 * KIB)).isEqualTo(64);
    }

    @Test
    void whatWasTooLargeIsAskedForInHalvesUntilItIsOneRecordThatHasRoom() {
        size.tooLarge(new Arrived(5, 15 * MIB, 15 * MIB));
        assertThat(size.records(20 * MIB)).isEqualTo(2);

        size.tooLarge(new Arrived(2, 11 * MIB, 11 * MIB));
        size.tooLarge(new Arrived(1, 10 * MIB, 20 * MIB));
        assertThat(size.records(20 * MIB)).isEqualTo(1);
        assertThat(size.least()).isEqualTo(20 * MIB);

        size.read(new Arrived(1, KIB, KIB), 1, BEHIND);
        assertThat(size.records(20 * MIB)).as("twice as many").isEqualTo(2);
    }

    @Test
    void aReadAnewBringsNoMoreThanItIsToldOnce() {
        size.atMost(5);
        assertThat(size.records(20 * MIB)).isEqualTo(5);

        size.read(new Arrived(5, KIB, KIB), 5, BEHIND);
        assertThat(size.records(20 * MIB)).isEqualTo(10_000);
    }
}
