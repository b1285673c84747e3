package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * The written list of what another emulator does instead of what the contract says.
 *
 * <p>A test that is on it must fail, and for the reason that is written down; when it passes, the entry is out of date and
 * the test fails for that. So is an entry that names no test. Confined to one thread.
 */
final class Deviations implements InvocationInterceptor, BeforeAllCallback {

    private final String whose;
    private final Map<String, Deviation> byTest = new LinkedHashMap<>();
    private final Map<String, String> notRun = new LinkedHashMap<>();

    /**
     * One of them. Immutable.
     *
     * @param instead what it does, in a sentence
     * @param symptom what the failure of the test says then, a part of it
     */
    private record Deviation(String instead, String symptom) {}

    private Deviations(String whose) {
        this.whose = whose;
    }

    static Deviations of(String whose) {
        return new Deviations(whose);
    }

    Deviations test(String method, String instead, String symptom) {
        assertThat(byTest.put(method, new Deviation(instead, symptom)))
                .as("another entry for " + method)
                .isNull();
        return this;
    }

    /** A test that is skipped, because it would take too long. */
    Deviations notRun(String method, String why) {
        notRun.put(method, why);
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        List<String> methods = new ArrayList<>();
        for (Method method : context.getRequiredTestClass().getMethods()) {
            methods.add(method.getName());
        }
        assertThat(new TreeSet<>(methods))
                .as("tests of the contract")
                .containsAll(byTest.keySet())
                .containsAll(notRun.keySet());
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> invoked, ExtensionContext context)
            throws Throwable {
        String test = invoked.getExecutable().getName();
        if (notRun.containsKey(test)) {
            invocation.skip();
            throw new TestAbortedException(notRun.get(test));
        }
        Deviation deviation = byTest.get(test);
        if (deviation == null) {
            invocation.proceed();
            return;
        }
        try {
            invocation.proceed();
        } catch (TestAbortedException skipped) {
            throw skipped;
        } catch (Throwable failure) {
            assertThat(failure)
                    .as("%s is known for this: %s", whose, deviation.instead())
                    .hasStackTraceContaining(deviation.symptom());
            return;
        }
        throw new AssertionError(whose + " does not deviate any more, so its entry has to go: " + deviation.instead());
    }
}
