package io.shardline.testkit.junit;

import io.shardline.consumer.ShardlineConsumer;
import io.shardline.producer.ShardlineProducer;
import io.shardline.testkit.KinesisEmulator;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * What stands behind {@link KinesisTest}: makes a {@link TestKinesis} for the first parameter of a test that asks for it, and
 * closes it after the test.
 *
 * <p>Thread-safe: all state is in the contexts of the tests.
 */
final class KinesisExtension implements ParameterResolver, AfterEachCallback {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(KinesisExtension.class);
    private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

    private static final Map<Class<?>, Function<TestKinesis, Object>> PARAMETERS = Map.of(
            TestKinesis.class, kinesis -> kinesis,
            KinesisEmulator.class, TestKinesis::emulator,
            KinesisAsyncClient.class, TestKinesis::client,
            ShardlineProducer.class, TestKinesis::producer,
            ShardlineProducer.Builder.class, TestKinesis::producerBuilder,
            ShardlineConsumer.Builder.class, TestKinesis::consumerBuilder);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.containsKey(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        Function<TestKinesis, Object> part = PARAMETERS.get(type);
        if (part == null || context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("A " + type.getSimpleName()
                    + " lives for one test: make it a parameter of the test or of @BeforeEach, not of "
                    + parameter.getDeclaringExecutable());
        }
        return part.apply(kinesis(context));
    }

    /** A constructor's parameters belong to the test that the instance is made for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    private static TestKinesis kinesis(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestKinesis.class, key -> create(context), TestKinesis.class);
    }

    private static TestKinesis create(ExtensionContext context) {
        TestKinesis.Builder builder = TestKinesis.builder();
        Map<String, Integer> shardCounts = new LinkedHashMap<>();
        for (KinesisTest annotation : annotations(context)) {
            for (KinesisStream stream : annotation.streams()) {
                shardCounts.put(stream.name(), stream.shards());
            }
            builder.leftOpenAllowed(annotation.leftOpenAllowed());
        }
        shardCounts.forEach(builder::stream);
        // In a parallel run nobody can tell whose threads those are.
        if (!context.getConfigurationParameter(PARALLEL)
                .map(Boolean::parseBoolean)
                .orElse(false)) {
            builder.onlyOneHere();
        }
        return builder.build();
    }

    /** From the outermost class to the method. */
    private static List<KinesisTest> annotations(ExtensionContext context) {
        List<AnnotatedElement> elements = new ArrayList<>(context.getEnclosingTestClasses());
        context.getTestClass().ifPresent(elements::add);
        context.getTestMethod().ifPresent(elements::add);
        List<KinesisTest> found = new ArrayList<>();
        for (AnnotatedElement element : elements) {
            AnnotationSupport.findAnnotation(element, KinesisTest.class).ifPresent(found::add);
        }
        return found;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestKinesis kinesis = context.getStore(NAMESPACE).remove(TestKinesis.class, TestKinesis.class);
        if (kinesis != null) {
            kinesis.close();
        }
    }
}
