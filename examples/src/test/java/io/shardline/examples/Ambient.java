package io.shardline.examples;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Set;

/**
 * What a machine offers to everybody and no test can control: its clocks, pauses, random sources and common threads.
 *
 * <p>Stateless.
 */
final class Ambient {

    /** Methods, as {@code class.method}. */
    private static final Set<String> METHODS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.identityHashCode",
            "java.lang.Thread.sleep",
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.time.InstantSource.system",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.TimeUnit.sleep",
            "java.util.concurrent.CompletableFuture.orTimeout",
            "java.util.concurrent.CompletableFuture.completeOnTimeout",
            "java.util.concurrent.CompletableFuture.delayedExecutor",
            "java.util.concurrent.ForkJoinPool.commonPool",
            "java.util.concurrent.locks.LockSupport.parkNanos",
            "java.util.random.RandomGenerator.of",
            "java.util.random.RandomGenerator.getDefault",
            "java.util.Collection.parallelStream");

    private static final Set<String> RANDOM_SOURCES = Set.of(
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.concurrent.ThreadLocalRandom",
            "java.security.SecureRandom");

    private static final Set<String> FUTURES =
            Set.of("java.util.concurrent.CompletableFuture", "java.util.concurrent.CompletionStage");

    private Ambient() {}

    /** Whether an access reaches one of them; references to methods count as calls. */
    static boolean isAmbient(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getName();
        return METHODS.contains(owner.getName() + "." + name)
                || RANDOM_SOURCES.contains(owner.getName())
                || isClock(owner, name, parameters(access))
                || usesCommonThreads(owner, name, parameters(access))
                || shufflesByItself(owner, name, parameters(access));
    }

    private static boolean isClock(JavaClass owner, String name, List<JavaClass> parameters) {
        if (owner.getName().equals("java.time.Clock")) {
            return name.startsWith("system") || name.startsWith("tick");
        }
        return owner.getName().startsWith("java.time.")
                && name.equals("now")
                && parameters.stream().noneMatch(type -> type.getName().equals("java.time.Clock"));
    }

    private static boolean usesCommonThreads(JavaClass owner, String name, List<JavaClass> parameters) {
        return FUTURES.contains(owner.getName())
                && name.endsWith("Async")
                && parameters.stream().noneMatch(type -> type.getName().equals("java.util.concurrent.Executor"));
    }

    private static boolean shufflesByItself(JavaClass owner, String name, List<JavaClass> parameters) {
        return owner.getName().equals("java.util.Collections") && name.equals("shuffle") && parameters.size() == 1;
    }

    private static List<JavaClass> parameters(JavaAccess<?> access) {
        return access.getTarget() instanceof CodeUnitAccessTarget target ? target.getRawParameterTypes() : List.of();
    }
}
