package io.shardline.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links of the guides lead somewhere, and the tests that they name as proof exist. Confined to one thread. */
class GuidesTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:[#.]\\w+)?`");
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```");

    @TestFactory
    Stream<DynamicTest> linksLeadSomewhere() throws IOException {
        return guides().stream()
                .map(guide -> DynamicTest.dynamicTest(
                        ROOT.relativize(guide).toString(),
                        () -> assertThat(brokenLinks(guide)).isEmpty()));
    }

    @Test
    void testsThatAreNamedExist() throws IOException {
        Set<String> sources;
        try (Stream<Path> files = Files.walk(ROOT)) {
            sources = files.filter(file -> file.toString().contains("src/test/java"))
                    .map(file -> file.getFileName().toString())
                    .collect(Collectors.toSet());
        }
        for (Path guide : guides()) {
            assertThat(TEST.matcher(Files.readString(guide)).results().map(test -> test.group(1) + ".java"))
                    .as("tests that %s names", guide.getFileName())
                    .isSubsetOf(sources);
        }
    }

    @Test
    void everyPageIsInTheIndex() throws IOException {
        String index = Files.readString(DOCS.resolve("README.md"));
        try (Stream<Path> pages = Files.list(DOCS)) {
            assertThat(pages.map(page -> page.getFileName().toString())
                            .filter(name -> name.endsWith(".md") && !name.equals("README.md")))
                    .allSatisfy(name -> assertThat(index).contains("](" + name));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pom.xml,awssdk.version",
        "pom.xml,amazon-kcl.version",
        "pom.xml,micrometer.version",
        "pom.xml,dynamodb-local.version",
        "aggregation/pom.xml,amazon-kcl1.version",
        "aggregation/pom.xml,amazon-kcl2.version",
        "aggregation/pom.xml,kinesis-aggregation.version",
        "examples/benchmarks/pom.xml,amazon-kpl.version"
    })
    void theVersionsOfTheMatrixAreThoseOfTheBuild(String pom, String property) throws IOException {
        Matcher version = Pattern.compile("<" + property + ">(.+)</").matcher(Files.readString(ROOT.resolve(pom)));

        assertThat(version.find()).as(property).isTrue();
        assertThat(Files.readString(DOCS.resolve("compatibility.md"))).contains(version.group(1));
    }

    private static List<String> brokenLinks(Path guide) throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher links = LINK.matcher(withoutCode(guide));
        while (links.find()) {
            String link = links.group(1);
            if (!link.contains("://") && !leadsSomewhere(guide, link)) {
                broken.add(link);
            }
        }
        return broken;
    }

    private static boolean leadsSomewhere(Path guide, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target =
                parts[0].isEmpty() ? guide : guide.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(withoutCode(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String withoutCode(Path page) throws IOException {
        return FENCED.matcher(Files.readString(page)).replaceAll("");
    }

    private static List<Path> guides() throws IOException {
        List<Path> guides = new ArrayList<>();
        for (String folder : List.of("", "docs", "docs/adr", "testkit", "examples/data")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(guides::add);
            }
        }
        return guides;
    }
}
