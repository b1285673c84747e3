package io.shardline.consumer.internal.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableSet;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.Lease;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The largest rows that DynamoDB stores, made to be slow: what they cost on the loop of every worker of the fleet. */
class HostileRowsTest {

    /** A row may have 400 KB. */
    private static final int MOST_BYTES = 400_000;

    /** Of processor time; a hundredth of it is needed. */
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Test
    void anOwnerThatLooksForeignAgainAndAgainIsReadInLinearTime() {
        String part = " (foreign, counter 1 of k, handed over by ";
        String name = part.repeat(MOST_BYTES / part.length());

        takesLittle(() -> assertThat(ForeignOwner.parse(name + ")x")).isNull());
        takesLittle(() -> assertThat(ForeignOwner.parse(name + "x)")).isNotNull());
        takesLittle(() -> assertThat(ForeignOwner.parse(" (foreign, counter ".repeat(20_000) + ")"))
                .isNull());
    }

    @Test
    void aNumberOfManyDigitsIsRefused() {
        Map<String, AttributeValue> item = lease();
        item.put(Attributes.COUNTER, AttributeValue.fromN("7".repeat(MOST_BYTES)));

        takesLittle(() -> assertThatIllegalArgumentException()
                .isThrownBy(() -> Rows.lease(new Item(item)))
                .withMessageContaining("'leaseCounter' must be a whole number of 64 bits"));
    }

    @Test
    void moreParentsThanAMergeHasAreRefused() {
        List<String> parents = new ArrayList<>();
        for (int i = 0; i < MOST_BYTES / 8; i++) {
            parents.add("p" + i);
        }
        Map<String, AttributeValue> item = lease();
        item.put(Attributes.KEY, AttributeValue.fromS("1:" + "s".repeat(2_000) + ":1:shard-1"));
        item.put(Attributes.PARENTS, AttributeValue.fromSs(parents));

        takesLittle(() -> assertThatIllegalArgumentException()
                .isThrownBy(() -> Rows.lease(new Item(item)))
                .withMessageContaining("'parentShardId' must be a set of at most 2 shard ids"));
    }

    private static Map<String, AttributeValue> lease() {
        return new LinkedHashMap<>(
                Rows.item(new Lease("shard-1", null, 1, Checkpoint.trimHorizon(), ImmutableSet.of(), null, 0)));
    }

    private static void takesLittle(Runnable work) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        work.run();
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
        assertThat(Duration.ofNanos(nanos)).isLessThan(LIMIT);
    }
}
