package io.shardline.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the troubleshooting page quotes is what the code says. Confined to one thread. */
class TroubleshootingPageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
    private static final Pattern QUOTE = Pattern.compile("`([^`]+)`");
    private static final Pattern JOINED = Pattern.compile("\"\\s*\\+\\s*\"");

    /** Words of a message; less would be found anywhere. */
    private static final int MIN_CHARACTERS = 4;

    @TestFactory
    Stream<DynamicTest> whatIsQuotedIsSaid() throws IOException {
        String code = code();
        return Files.readString(ROOT.resolve("docs/troubleshooting.md"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.substring(1, line.indexOf('|', 1)))
                .flatMap(cell -> QUOTE.matcher(cell).results().map(MatchResult::group))
                .map(quote -> quote.substring(1, quote.length() - 1))
                .distinct()
                .map(quote -> DynamicTest.dynamicTest(
                        quote,
                        () -> assertThat(missing(quote, code))
                                .as("pieces of '%s' that are in no source", quote)
                                .isEmpty()));
    }

    private static List<String> missing(String quote, String code) {
        return Stream.of(quote.split("\\.\\.\\.", -1))
                .map(String::strip)
                .filter(piece -> piece.length() >= MIN_CHARACTERS && !code.contains(piece))
                .toList();
    }

    /** All sources, their texts in one piece. */
    private static String code() throws IOException {
        StringBuilder code = new StringBuilder();
        for (String module : List.of("runtime", "kpl-java", "kcl-java")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    code.append(Files.readString(file));
                }
            }
        }
        return JOINED.matcher(code).replaceAll("");
    }
}
