package io.shardline.producer.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A production class with a few words changed. Immutable.
 *
 * @param type the class, in the internal package
 * @param original words that it has exactly once
 * @param changed what stands there in the mutant
 */
record Mutant(String type, String original, String changed) {

    private static final String PACKAGE = "io.shardline.producer.internal";

    /** The first invariant that a run on the mutant breaks, over seeds from 1 on; "none" if all seeds keep all. */
    String firstBroken(Path sources, int seeds) throws Exception {
        Path file = sources.resolve(PACKAGE.replace('.', '/')).resolve(type + ".java");
        String source = Files.readString(file);
        if (source.split(Pattern.quote(original), -1).length != 2) {
            throw new IllegalStateException(file + " does not have exactly once: " + original);
        }
        Loader loader = new Loader(compile(source.replace(original, changed)));
        Class<?> run = loader.loadClass(PACKAGE + ".MutantRun");
        var constructor = run.getDeclaredConstructor();
        constructor.setAccessible(true);
        @SuppressWarnings("unchecked")
        Function<Integer, String> firstBroken = (Function<Integer, String>) constructor.newInstance();
        return firstBroken.apply(seeds);
    }

    private Map<String, byte[]> compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Outputs outputs = new Outputs(compiler.getStandardFileManager(null, null, null));
        StringWriter messages = new StringWriter();
        JavaFileObject unit =
                new SimpleJavaFileObject(URI.create("string:///" + type + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of("-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
        if (!compiler.getTask(messages, outputs, null, options, null, List.of(unit))
                .call()) {
            throw new IllegalStateException(this + " does not compile: " + messages);
        }
        Map<String, byte[]> classes = new HashMap<>();
        outputs.written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
        return classes;
    }

    /** Keeps what the compiler writes in memory. Confined to one compilation. */
    private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Outputs(JavaFileManager rest) {
            super(rest);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return written.computeIfAbsent(name, unknown -> new ByteArrayOutputStream());
                }
            };
        }
    }

    /** Loads the producer and its simulation anew, with the mutated class in place of the original. Thread-safe. */
    private static final class Loader extends ClassLoader {

        private final Map<String, byte[]> mutated;

        Loader(Map<String, byte[]> mutated) {
            super(Mutant.class.getClassLoader());
            this.mutated = mutated;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : findClass(name);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = mutated.get(name);
            if (bytes == null) {
                bytes = original(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] original(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Override
    public String toString() {
        return type + ": " + changed;
    }
}
