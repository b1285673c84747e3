package io.shardline.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazonaws.services.kinesis.clientlibrary.types.UserRecord;
import com.amazonaws.services.kinesis.model.Record;
import io.shardline.aggregation.Decoded.Aggregated;
import io.shardline.emulators.NpmPackage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** The mark that says "put again whole": every reader of the format gets from a marked aggregate what it gets without. */
class PutAgainWholeInteropTest {

    private static final int MARK_LENGTH = 3;
    private static final int[] COUNTS = {1, 2, 3, 10, 127, 128, 1_000, 10_000};

    /** Entries with what else an entry can have. */
    record Sample(String name, List<AggregateEntry> entries) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> samples() {
        return IntStream.of(COUNTS)
                .boxed()
                .flatMap(count -> Stream.of(
                        new Sample(count + " entries", entries(count, PutAgainWholeInteropTest::plain)),
                        new Sample(count + " with hash keys", entries(count, PutAgainWholeInteropTest::withHashKey)),
                        new Sample(count + " with headers", entries(count, PutAgainWholeInteropTest::withHeaders))));
    }

    private static List<AggregateEntry> entries(int count, Function<Integer, AggregateEntry> kind) {
        return IntStream.range(0, count).boxed().map(kind).toList();
    }

    private static AggregateEntry plain(int i) {
        return new AggregateEntry("key " + i % 300, null, data(i));
    }

    private static AggregateEntry withHashKey(int i) {
        return new AggregateEntry("key " + i % 300, HashKey.parse(Integer.toString(i % 200)), data(i));
    }

    private static AggregateEntry withHeaders(int i) {
        return new AggregateEntry("key " + i % 300, null, data(i), Map.of("trace", "t-" + i));
    }

    private static byte[] data(int i) {
        return ("data " + i).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] unmarked(Sample sample) {
        return built(new AggregateBuilder(), sample);
    }

    private static byte[] marked(Sample sample) {
        return built(AggregateBuilder.putAgainWhole(0, 0), sample);
    }

    private static byte[] built(AggregateBuilder builder, Sample sample) {
        sample.entries().forEach(entry -> builder.tryAdd(entry, Integer.MAX_VALUE));
        assertThat(builder.build()).hasSize(builder.size());
        return builder.build();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void weReadIt(Sample sample) {
        byte[] marked = marked(sample);
        assertThat(marked).hasSize(unmarked(sample).length + MARK_LENGTH);
        assertThat(AggregateCodec.decode(marked)).isEqualTo(new Aggregated(sample.entries(), true));
        assertThat(AggregateCodec.decode(unmarked(sample))).isEqualTo(new Aggregated(sample.entries(), false));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void kcl3IgnoresIt(Sample sample) {
        assertThat(kcl3(marked(sample)))
                .isEqualTo(kcl3(unmarked(sample)))
                .hasSize(sample.entries().size());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void kcl1AndKinesisAggregationIgnoreIt(Sample sample) { // whose deaggregator is KCL 1's
        assertThat(kcl1(marked(sample)))
                .isEqualTo(kcl1(unmarked(sample)))
                .hasSize(sample.entries().size());
    }

    @Test
    void kcl2IgnoresIt() throws Exception {
        Path jar = Path.of("target", "interop", "amazon-kinesis-client-2.jar");
        assertThat(jar).exists();
        try (Kcl2Loader loader = new Kcl2Loader(jar.toUri().toURL())) {
            Class<?> reader = loader.loadClass(KclReader.class.getName());
            var constructor = reader.getDeclaredConstructor();
            constructor.setAccessible(true);
            @SuppressWarnings("unchecked")
            Function<byte[], List<String>> kcl2 = (Function<byte[], List<String>>) constructor.newInstance();
            for (Sample sample : samples().toList()) {
                assertThat(kcl2.apply(marked(sample)))
                        .as(sample.name())
                        .isEqualTo(kcl2.apply(unmarked(sample)))
                        .hasSize(sample.entries().size());
            }
            assertThat(loader.loaded).contains(AggregatorUtil.class.getName());
        }
    }

    @Test
    void npmsDeaggregatorIgnoresIt() throws Exception {
        NpmPackage npm = new NpmPackage(getClass(), "aws-kinesis-agg", "deaggregate.cjs");
        Optional<String> why = npm.whyUnavailable();
        why.ifPresent(reason -> System.out.println("skipped: npm's deaggregator reads marked aggregates: " + reason));
        assumeTrue(why.isEmpty());
        List<byte[]> data = new ArrayList<>();
        samples().forEach(sample -> {
            data.add(unmarked(sample));
            data.add(marked(sample));
        });
        List<String> answers = ask(npm.install().resolve("deaggregate.cjs"), data);
        assertThat(answers).hasSize(data.size());
        List<Sample> samples = samples().toList();
        for (int i = 0; i < samples.size(); i++) {
            assertThat(answers.get(2 * i + 1)).as(samples.get(i).name()).isEqualTo(answers.get(2 * i));
            assertThat(answers.get(2 * i).split(";"))
                    .hasSize(samples.get(i).entries().size());
        }
    }

    private static List<String> ask(Path script, List<byte[]> data) throws IOException {
        Path questions = Files.createTempFile("aggregates", ".txt");
        try (Writer out = Files.newBufferedWriter(questions)) {
            for (byte[] each : data) {
                out.write(Base64.getEncoder().encodeToString(each) + "\n");
            }
        }
        Process node = new ProcessBuilder("node", script.toString())
                .redirectInput(questions.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
            return in.lines().toList();
        } finally {
            node.destroy();
            Files.delete(questions);
        }
    }

    private static List<String> kcl3(byte[] data) {
        return new KclReader().apply(data);
    }

    private static List<String> kcl1(byte[] data) {
        Record record = new Record()
                .withData(ByteBuffer.wrap(data))
                .withPartitionKey("a")
                .withSequenceNumber("49");
        return UserRecord.deaggregate(List.of(record)).stream()
                .map(each -> each.getPartitionKey() + " " + each.getExplicitHashKey() + " "
                        + StandardCharsets.UTF_8.decode(each.getData()))
                .toList();
    }

    /** KCL's own deaggregation, of the version that its class loader has; 3 and 2 have classes of the same names. Immutable. */
    static final class KclReader implements Function<byte[], List<String>> {

        @Override
        public List<String> apply(byte[] data) {
            KinesisClientRecord record = KinesisClientRecord.builder()
                    .data(ByteBuffer.wrap(data))
                    .partitionKey("a")
                    .sequenceNumber("49")
                    .build();
            return new AggregatorUtil()
                            .deaggregate(
                                    new ArrayList<>(List.of(record)),
                                    HashKeyRange.FULL.start().toString(),
                                    HashKeyRange.FULL.end().toString())
                            .stream()
                            .map(each -> each.partitionKey() + " " + each.explicitHashKey() + " " + each.aggregated()
                                    + " " + StandardCharsets.UTF_8.decode(each.data()))
                            .toList();
        }
    }

    /** KCL's classes from another jar than the class path's, and the reader of them. Confined to one thread. */
    private static final class Kcl2Loader extends URLClassLoader {

        private final List<String> loaded = new ArrayList<>();

        Kcl2Loader(URL jar) {
            super(
                    new URL[] {
                        jar,
                        PutAgainWholeInteropTest.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                    },
                    PutAgainWholeInteropTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean isIts = name.startsWith("software.amazon.kinesis.") || name.equals(KclReader.class.getName());
            if (!isIts) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            loaded.add(name);
            return findClass(name);
        }
    }
}
