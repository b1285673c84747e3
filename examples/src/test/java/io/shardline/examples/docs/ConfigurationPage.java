package io.shardline.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.DynamoDbTable;
import io.shardline.consumer.StartingPosition;
import io.shardline.producer.ProducerConfig;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes docs/configuration.md from the builders' javadoc, their defaults and what they refuse.
 *
 * <p>Stateless.
 */
final class ConfigurationPage {

    private static final String PRODUCER = "kpl-java/src/main/java/io/shardline/producer/";
    private static final String CONSUMER = "kcl-java/src/main/java/io/shardline/consumer/";

    /** Choices that are more than a value. */
    private static final Map<String, String> CHAPTERS = Map.of(
            "retrieval", "see [consumer.md](consumer.md#polling-or-fan-out)",
            "giveUp", "see [consumer.md](consumer.md#when-a-handler-fails)");

    private static final String HEAD = """
            # Configuration
            For developers and operators: every setting of a producer, a consumer and its lease table.

            This page is made from the code: meaning and advice from the javadoc of the builders, defaults from what they build, ranges
            from what they refuse. Do not edit it: `ConfigurationPageTest` compares it with the code, and
            writes it anew with `-Dshardline.docs.write=true` ([CONTRIBUTING.md](../CONTRIBUTING.md)). A value out of its
            range is refused by `build()` with a message that names the setting, the value and the rule.

            """;

    private final Path root;
    private final StringBuilder text = new StringBuilder(HEAD);

    private ConfigurationPage(Path root) {
        this.root = root;
    }

    static String in(Path root) {
        ConfigurationPage page = new ConfigurationPage(root);
        page.text.append("## Producer: `ProducerConfig`\n");
        page.settings(PRODUCER + "ProducerConfig.java", ProducerConfig::builder, ProducerConfig.defaults());
        page.values("FullBudget", PRODUCER);
        page.values("Ordering", PRODUCER);
        page.values("OnLoss", PRODUCER);
        page.text.append("## What a producer is made of: `ShardlineProducer.builder()`\n");
        page.parts(PRODUCER + "ShardlineProducer.java");
        page.text.append("## Consumer: `ConsumerConfig`\n");
        Supplier<ConsumerConfig.Builder> consumer =
                () -> ConsumerConfig.builder("application", "stream", StartingPosition.latest());
        page.settings(CONSUMER + "ConsumerConfig.java", consumer, consumer.get().build());
        page.values("ForeignEntries", CONSUMER);
        page.text.append("## Lease table: `DynamoDbTable`\n");
        Supplier<DynamoDbTable.Builder> table = () -> DynamoDbTable.builder("table");
        page.settings(CONSUMER + "DynamoDbTable.java", table, table.get().build());
        page.text.append("## What a consumer is made of: `ShardlineConsumer.builder()`\n");
        page.parts(CONSUMER + "ShardlineConsumer.java");
        return page.text.toString().stripTrailing() + "\n";
    }

    private void settings(String source, Supplier<?> builder, Object defaults) {
        text.append("| setting | default | range | meaning | change it when |\n|---|---|---|---|---|\n");
        List<DocumentedMethod> settings = DocumentedMethod.ofBuilder(root.resolve(source)).stream()
                .filter(setting -> accessor(defaults, setting.name()).isPresent())
                .toList();
        for (DocumentedMethod setting : settings) {
            assertThat(setting.changeWhen())
                    .as("the javadoc of %s.%s has a paragraph 'Change it when ...'", source, setting.name())
                    .isNotEmpty();
            row(
                    "`" + setting.name() + "`",
                    defaultOf(setting, defaults),
                    rangeOf(setting, builder),
                    setting.meaning(),
                    setting.changeWhen());
        }
        more(settings);
    }

    private void parts(String source) {
        text.append("| method | default | meaning |\n|---|---|---|\n");
        List<DocumentedMethod> parts = DocumentedMethod.ofBuilder(root.resolve(source));
        parts.forEach(part -> row("`" + part.name() + "`", part.defaultWords(), part.meaning()));
        more(parts);
    }

    private void values(String type, String folder) {
        text.append("Values of `").append(type).append("`:\n\n");
        for (DocumentedMethod value : DocumentedMethod.ofEnum(root.resolve(folder + type + ".java"))) {
            item(value.name(), (value.meaning() + " " + value.more()).strip());
        }
        text.append('\n');
    }

    private void more(List<DocumentedMethod> methods) {
        text.append("\nMore about these:\n\n");
        methods.stream()
                .filter(method -> !method.more().isEmpty())
                .forEach(method -> item(method.name(), method.more()));
        text.append('\n');
    }

    private void item(String name, String what) {
        text.append("- `").append(name).append("`: ").append(what).append('\n');
    }

    private void row(String... cells) {
        for (String cell : cells) {
            text.append("| ").append(cell.replace("|", "\\|")).append(cell.isEmpty() ? "" : " ");
        }
        text.append("|\n");
    }

    /** The javadoc's words, which are checked where they are a value. */
    private static String defaultOf(DocumentedMethod setting, Object defaults) {
        if (!setting.isValue()) {
            return setting.defaultWords();
        }
        String value = SettingRange.human(valueOf(setting.name(), defaults));
        String said = setting.defaultWords().replaceAll(" minutes?$", " min").replaceAll(" seconds?$", " s");
        assertThat(said).as("the default in the javadoc of %s", setting.name()).isEqualTo(value);
        return value;
    }

    private static Object valueOf(String name, Object defaults) {
        try {
            Object value = accessor(defaults, name).orElseThrow().invoke(defaults);
            return value instanceof Optional<?> optional ? optional.orElseThrow() : value;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String rangeOf(DocumentedMethod setting, Supplier<?> builder) {
        String chapter = CHAPTERS.get(setting.name());
        if (chapter != null) {
            return chapter;
        }
        Method setter = Arrays.stream(builder.get().getClass().getMethods())
                .filter(method -> method.getName().equals(setting.name()))
                .findFirst()
                .orElseThrow();
        return SettingRange.of(builder, setter);
    }

    /** What tells the setting; tags are set one by one. */
    private static Optional<Method> accessor(Object config, String name) {
        return Arrays.stream(config.getClass().getMethods())
                .filter(method -> method.getParameterCount() == 0)
                .filter(method -> List.of(name, name + "s").contains(method.getName()))
                .findFirst();
    }
}
