package io.shardline.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The page about the lease protocol and the code speak of the same attributes, operations, rules and tests.
 *
 * <p>It reads sources as text: what it looks for is closed, or a test. Confined to one thread.
 */
class LeaseProtocolPageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
    private static final Path CONSUMER = ROOT.resolve("kcl-java/src");

    private static final Pattern ATTRIBUTE = Pattern.compile("static final String \\w+ = \"(\\w+)\";");
    private static final Pattern OPERATION = Pattern.compile("(?m)^    CompletableFuture<.*> (\\w+)\\(");
    private static final Pattern CODE = Pattern.compile("`([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?`");
    private static final Pattern BROKEN = Pattern.compile("(?s)\\*Broken:\\* (.+?)\\.\n");
    private static final Pattern QUOTED = Pattern.compile("(?s)\"([^\"]+)\"");
    private static final Pattern BUG = Pattern.compile("new Bug\\(\\s*\"([^\"]+)\"");
    private static final Pattern RULE = Pattern.compile("\\b[Rr]ules? (\\d+)");
    private static final Pattern NUMBERED = Pattern.compile("\\*\\* ([WLFR]\\d)(?:, ([WLFR]\\d))?\\.");

    /** The one broken rule of the simulation that is not about leases. */
    private static final String OF_AGGREGATES = "mark on what is put again in part";

    private final String page = text(ROOT.resolve("docs/lease-protocol.md"));
    private final Map<String, String> sources = sources();

    @Test
    void everyAttributeOfTheTableIsOnThePage() {
        Set<String> attributes = found(ATTRIBUTE, source("Attributes"));

        assertThat(attributes).contains("leaseOwner", "heartbeat");
        assertThat(inCode(attributes)).isSubsetOf(codeOnThePage());
    }

    @Test
    void everyOperationIsOnThePage() {
        Set<String> operations = found(OPERATION, source("LeaseStore"));

        assertThat(operations).contains("renew", "take");
        assertThat(inCode(operations)).isSubsetOf(codeOnThePage());
    }

    @Test
    void everyNumberInTheCodeIsOnThePage() {
        Set<String> operations = NUMBERED.matcher(source("LeaseStore"))
                .results()
                .flatMap(found -> Stream.of(found.group(1), found.group(2) == null ? found.group(1) : found.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> rules = sources.values().stream()
                .filter(source -> source.contains("lease protocol") || source.contains("Rule "))
                .flatMap(source -> found(RULE, source).stream())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(operations).contains("W1", "L6");
        assertThat(operations.stream().filter(number -> !page.contains("\n| " + number + " | ")))
                .isEmpty();
        assertThat(rules).contains("1", "11");
        assertThat(rules.stream().filter(number -> !page.contains("\n**" + number + ". ")))
                .isEmpty();
    }

    @Test
    void whateverHoldsARuleExists() {
        assertThat(CODE.matcher(page).results()).isNotEmpty();
        assertThat(CODE.matcher(page)
                        .results()
                        .filter(named -> !exists(named.group(1), named.group(2)))
                        .map(MatchResult::group))
                .isEmpty();
    }

    private boolean exists(String type, @Nullable String method) {
        return sources.containsKey(type) && (method == null || source(type).contains(method + "("));
    }

    @Test
    void everyBrokenRuleOfTheSimulationIsOnThePage() {
        Set<String> broken = BROKEN.matcher(page)
                .results()
                .flatMap(found -> found(QUOTED, found.group(1)).stream())
                .map(name -> name.replaceAll("\\s+", " "))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> bugs = found(BUG, source("BugZooTest"));
        bugs.remove(OF_AGGREGATES);

        assertThat(broken).isEqualTo(bugs);
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> inCode(Set<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> codeOnThePage() {
        return Pattern.compile("`[^`\n]+`")
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String source(String type) {
        return sources.getOrDefault(type, "");
    }

    /** By the name of the type. */
    private static Map<String, String> sources() {
        Map<String, String> sources = new TreeMap<>();
        for (Path folder : List.of(CONSUMER, ROOT.resolve("examples/src/test"))) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> sources.merge(
                                file.getFileName().toString().replace(".java", ""), text(file), String::concat));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sources;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
