package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.slf4j.event.EventRecordingLogger;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.SubstituteLogger;

class UserFailuresTest {

    @Test
    void millionFailuresAreALineEachTimeTheyDoubleAndOneStackTrace() {
        Queue<SubstituteLoggingEvent> queue = new ArrayDeque<>();
        UserFailures failures =
                new UserFailures(new EventRecordingLogger(new SubstituteLogger("test", queue, false), queue));
        IllegalStateException thrown = new IllegalStateException("on purpose");
        for (int i = 0; i < 1_000_000; i++) {
            failures.note("a callback", thrown);
        }
        List<SubstituteLoggingEvent> lines = new ArrayList<>(queue);

        assertThat(lines).hasSize(20);
        assertThat(lines.get(0).getThrowable()).hasMessage("on purpose");
        assertThat(lines.subList(1, 20)).allMatch(line -> line.getThrowable() == null);
        assertThat(lines.get(19).getArguments()).contains("a callback", 524_288L);
    }
}
