package io.shardline.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** The page about permissions names the calls that the code makes. Confined to one thread. */
class IamPageTest {

    private static final Path PAGE = Path.of("..", "docs", "iam.md");
    private static final Pattern ACTION = Pattern.compile("\\b(?:kinesis|dynamodb|kms):[A-Z][a-z]\\w+");
    private static final Map<String, String> SERVICES =
            Map.of(KinesisAsyncClient.class.getName(), "kinesis:", DynamoDbAsyncClient.class.getName(), "dynamodb:");

    @ParameterizedTest
    @CsvSource({"2,producer", "3,consumer", "4,examples"})
    void everyCallIsInTheTable(int column, String side) throws IOException {
        Set<String> said = page().lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split(" *\\| *", -1))
                .filter(cells -> cells.length > 6 && cells[column].equals("yes"))
                .map(cells -> cells[1].replace("`", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        // Both libraries call through the runtime.
        String[] packages = side.equals("examples")
                ? new String[] {"io.shardline.examples"}
                : new String[] {"io.shardline." + side, "io.shardline.runtime"};

        assertThat(said).isEqualTo(callsIn(packages));
    }

    @Test
    void everyActionOfAPolicyIsInATable() throws IOException {
        String page = page();
        Set<String> inTables = actions(page.lines().filter(line -> line.startsWith("| `")));

        assertThat(inTables).containsAll(actions(page.lines()));
    }

    private static Set<String> actions(Stream<String> lines) {
        return lines.flatMap(line -> ACTION.matcher(line).results().map(found -> found.group()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> callsIn(String... packages) {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(packages).stream()
                        .flatMap(IamPageTest::accesses)
                        .map(JavaCodeUnitAccess::getTarget)
                        .filter(target -> SERVICES.containsKey(target.getOwner().getName()))
                        .filter(target -> target.getRawReturnType().isEquivalentTo(CompletableFuture.class))
                        .map(IamPageTest::actionOf)
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JavaCodeUnitAccess<? extends CodeUnitAccessTarget>> accesses(JavaClass type) {
        return Stream.of(type.getMethodCallsFromSelf(), type.getMethodReferencesFromSelf())
                .flatMap(Set::stream);
    }

    private static String actionOf(CodeUnitAccessTarget target) {
        String name = target.getName();
        return SERVICES.get(target.getOwner().getName())
                + name.substring(0, 1).toUpperCase(Locale.ROOT)
                + name.substring(1);
    }

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }
}
