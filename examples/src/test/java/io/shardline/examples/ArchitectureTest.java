package io.shardline.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.shardline.runtime.SystemPlatform;
import io.shardline.runtime.internal.Logs;
import io.shardline.testkit.KinesisEmulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * How the modules and packages of the whole project may use each other, and what none of them may use.
 *
 * <p>A rule that stands in the way is changed here, with its reason, and not worked around. Confined to one thread.
 */
@AnalyzeClasses(packages = "io.shardline", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] LIBRARIES = {
        "io.shardline.runtime..",
        "io.shardline.aggregation..",
        "io.shardline.producer..",
        "io.shardline.consumer..",
        "io.shardline.testkit.."
    };
    private static final List<String> SOURCES =
            List.of("runtime", "aggregation", "kpl-java", "kcl-java", "testkit", "testkit/junit");
    private static final DescribedPredicate<JavaClass> FOREIGN =
            resideInAnyPackage("com.google..", "io.github.resilience4j..").as("guava, protobuf or resilience4j");
    private static final Pattern SYNCHRONIZED_BLOCK = Pattern.compile("\\bsynchronized\\s*\\(");

    @ArchTest
    static final ArchRule TIME_THREADS_AND_CHANCE_ARE_INJECTED = noClasses()
            .that(resideInAnyPackage(LIBRARIES))
            .and(DescribedPredicate.not(belongToAnyOf(SystemPlatform.class, KinesisEmulator.class)))
            .should(accessTargetWhere(describe("is a clock, a pause or a random source", Ambient::isAmbient)))
            .because("one seed must be one run: SystemPlatform, and the emulator's real-time door, are the only places"
                    + " that reach for the machine's own");

    @ArchTest
    static final ArchRule WHAT_DECIDES_DOES_NOT_ACT = noClasses()
            .that(resideInAPackage("io.shardline.aggregation..")
                    .or(describe("decide", type -> type.getName().matches(".*(Planner|Classifier)(\\$.*)?"))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.concurrent..", "org.slf4j..", "software.amazon..")
            .because("planners, classifiers and the codec are pure functions, to be tested by properties alone");

    @ArchTest
    static final ArchRule PRODUCER_INTERNALS_ARE_THE_PRODUCERS = classes()
            .that()
            .resideInAPackage("io.shardline.producer.internal..")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAPackage("io.shardline.producer..")
            .because("what nobody else uses can be changed in any release");

    @ArchTest
    static final ArchRule CONSUMER_INTERNALS_ARE_THE_CONSUMERS = classes()
            .that()
            .resideInAPackage("io.shardline.consumer.internal..")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAPackage("io.shardline.consumer..")
            .because("what nobody else uses can be changed in any release");

    @ArchTest
    static final ArchRule RUNTIME_INTERNALS_ARE_THE_LIBRARIES = classes()
            .that()
            .resideInAPackage("io.shardline.runtime.internal..")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage("io.shardline.runtime..", "io.shardline.producer..", "io.shardline.consumer..")
            .because("the loop is how the two libraries are built, and nothing that users should build on");

    @ArchTest
    static final ArchRule LOGGERS_ARE_VISIBLE_WITHOUT_A_PROVIDER = noClasses()
            .that()
            .resideInAnyPackage("io.shardline.producer..", "io.shardline.consumer..", "io.shardline.runtime..")
            .and(DescribedPredicate.not(belongToAnyOf(Logs.class)))
            .should()
            .dependOnClassesThat()
            .areAssignableTo(LoggerFactory.class)
            .because("without a provider SLF4J hides warnings and errors, and Logs.of does not");

    @ArchTest
    static final ArchRule THE_PRODUCER_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("io.shardline.producer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.shardline.consumer..", "io.shardline.testkit..")
            .because("who only puts must not get the consumer's dependencies, nor anybody a test kit");

    @ArchTest
    static final ArchRule THE_CONSUMER_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("io.shardline.consumer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.shardline.producer..", "io.shardline.testkit..")
            .because("who only reads must not get the producer's dependencies, nor anybody a test kit");

    @ArchTest
    static final ArchRule FOUNDATIONS_DO_NOT_KNOW_WHAT_STANDS_ON_THEM = noClasses()
            .that()
            .resideInAnyPackage("io.shardline.runtime..", "io.shardline.aggregation..", "io.shardline.testkit..")
            .and()
            .resideOutsideOfPackage("io.shardline.testkit.junit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.shardline.producer..", "io.shardline.consumer..")
            .because("the testkit must be usable with Amazon's own libraries, and the rest without each other; only its"
                    + " JUnit module is for users of ours");

    @ArchTest
    static final ArchRule PUBLIC_SIGNATURES_ARE_THE_JDKS_THE_SDKS_AND_OURS = classes()
            .that(resideInAnyPackage(LIBRARIES))
            .and()
            .resideOutsideOfPackage("..internal..")
            .and()
            .arePublic()
            .should(new HaveNoSignatureWith(describe(
                    "guava, protobuf or resilience4j",
                    type -> resideInAnyPackage("com.google..", "io.github.resilience4j..")
                            .test(type))))
            .because("their versions are ours to choose, and must not become part of our users' API");

    @ArchTest
    static final ArchRule NO_METHOD_IS_SYNCHRONIZED = methods()
            .that()
            .areDeclaredInClassesThat(resideInAnyPackage(LIBRARIES))
            .should()
            .notHaveModifier(JavaModifier.SYNCHRONIZED)
            .because("state belongs to one loop; who needs a monitor is on the wrong thread");

    @ArchTest
    static final ArchRule CONSUMER_PACKAGES_HAVE_NO_CYCLES = slices().matching("io.shardline.consumer.internal.(*)..")
            .should()
            .beFreeOfCycles()
            .because("leases, shards, retrieval and processing are read, tested and changed one at a time");

    @Test
    void noSourceHasASynchronizedBlock() throws IOException {
        for (String module : SOURCES) {
            Path folder = Path.of("..", module, "src", "main", "java");
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> sources =
                        files.filter(file -> file.toString().endsWith(".java")).toList();
                assertThat(sources).as("sources of " + module).isNotEmpty();
                for (Path source : sources) {
                    assertThat(Files.readString(source))
                            .as(source.toString())
                            .doesNotContainPattern(SYNCHRONIZED_BLOCK);
                }
            }
        }
    }

    @Test
    void theRuleAboutClocksSeesWhatTheSystemPlatformDoes() {
        JavaClasses platform = new ClassFileImporter().importClasses(SystemPlatform.class);
        JavaClass type = platform.get(SystemPlatform.class);
        assertThat(type.getAccessesFromSelf().stream()
                        .filter(Ambient::isAmbient)
                        .map(JavaAccess::getName)
                        .distinct())
                .containsExactlyInAnyOrder("nanoTime", "system", "of");
    }

    @Test
    void theRuleAboutSignaturesSeesTypesInsideOfTypes() {
        JavaClasses offender = new ClassFileImporter().importClasses(ShowsGuava.class);
        ArchRule rule = classes().should(new HaveNoSignatureWith(FOREIGN));
        assertThat(rule.evaluate(offender).getFailureReport().getDetails()).hasSize(1);
    }

    /** What must not be. Immutable. */
    static final class ShowsGuava {

        public Optional<ImmutableList<String>> airports() {
            return Optional.empty();
        }
    }
}
