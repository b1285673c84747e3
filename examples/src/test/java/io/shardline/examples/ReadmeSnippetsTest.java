package io.shardline.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Java code in the guides is code that the build has compiled.
 *
 * <p>A block is preceded by {@code <!-- snippet: NAME -->} and equals what stands between {@code // tag::NAME} and
 * {@code // end::NAME} in the snippets packages, less the common indentation. Confined to one thread.
 */
class ReadmeSnippetsTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
    private static final List<Path> SOURCES = List.of(
            Path.of("src/main/java/io/shardline/examples/snippets"),
            ROOT.resolve("testkit/junit/src/test/java/io/shardline/testkit/junit/snippets"));
    private static final Pattern TAG = Pattern.compile("\\s*// (tag|end)::(\\w+)");
    private static final Pattern COMMENT = Pattern.compile("<!-- snippet: (\\w+) -->");
    private static final Pattern FENCE = Pattern.compile("\\s*```\\s*java\\s*");

    /** A fenced block, and what the line before it says it is. */
    private record Block(Path file, int line, String announcedBy, String code) {}

    @TestFactory
    Stream<DynamicTest> javaInTheGuidesIsCompiledCode() throws IOException {
        Map<String, String> snippets = snippets();
        List<Block> blocks = new ArrayList<>();
        for (Path guide : guides()) {
            blocks.addAll(blocksOf(guide));
        }
        return blocks.stream()
                .map(block -> DynamicTest.dynamicTest(
                        ROOT.relativize(block.file()) + ":" + block.line(), () -> check(block, snippets)));
    }

    @Test
    void everySnippetHasAName() throws IOException {
        assertThat(snippets()).containsKeys("FirstProducer", "FirstConsumer", "FirstProducerTest", "ComingFromKpl");
    }

    private static void check(Block block, Map<String, String> snippets) {
        Matcher comment = COMMENT.matcher(block.announcedBy());
        assertThat(comment.matches())
                .as("the line before a java block is <!-- snippet: NAME -->, not '%s'", block.announcedBy())
                .isTrue();
        String name = comment.group(1);
        assertThat(snippets).as("the snippets in %s", SOURCES).containsKey(name);
        assertThat(block.code()).as("%s, as it stands in %s", name, SOURCES).isEqualTo(snippets.get(name));
    }

    private static List<Path> guides() throws IOException {
        List<Path> guides = new ArrayList<>(markdownIn(ROOT));
        guides.addAll(markdownIn(ROOT.resolve("docs")));
        guides.addAll(markdownIn(ROOT.resolve("testkit")));
        return guides;
    }

    private static List<Path> markdownIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Block> blocksOf(Path guide) throws IOException {
        List<String> lines = Files.readAllLines(guide);
        List<Block> blocks = new ArrayList<>();
        for (int start = 0; start < lines.size(); start++) {
            if (FENCE.matcher(lines.get(start)).matches()) {
                int end = start + 1;
                while (end < lines.size() && !lines.get(end).strip().equals("```")) {
                    end++;
                }
                String code = String.join("\n", lines.subList(start + 1, end));
                blocks.add(new Block(guide, start + 1, start == 0 ? "" : lines.get(start - 1), code));
                start = end;
            }
        }
        return blocks;
    }

    private static Map<String, String> snippets() throws IOException {
        Map<String, String> snippets = new TreeMap<>();
        for (Path folder : SOURCES) {
            try (Stream<Path> sources = Files.list(folder)) {
                for (Path source : sources.sorted().toList()) {
                    collect(Files.readAllLines(source), snippets);
                }
            }
        }
        return snippets;
    }

    private static void collect(List<String> lines, Map<String, String> snippets) {
        for (int start = 0; start < lines.size(); start++) {
            Matcher tag = TAG.matcher(lines.get(start));
            if (tag.matches() && tag.group(1).equals("tag")) {
                int end = start + 1;
                while (!TAG.matcher(lines.get(end)).matches()) {
                    end++;
                }
                String code = String.join("\n", lines.subList(start + 1, end)).stripIndent();
                assertThat(snippets.put(tag.group(2), code))
                        .as("another " + tag.group(2))
                        .isNull();
            }
        }
    }
}
